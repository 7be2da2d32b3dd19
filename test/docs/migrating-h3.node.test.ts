/* The guide from useSession of h3, carried out: the same app before and after. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { ourSecret } from '../compat/cookies/old-cookies.ts'
import { Visitor } from '../frameworks/visitor.ts'
import { compileBlocks, readBlocks } from './guides.ts'

const guides = compileBlocks(
  readBlocks().filter(({ guide }) => guide === 'h3'),
  {},
)
after(guides.remove)
process.env['SESSION_SECRET'] = ourSecret

describe('Moving in from useSession of h3', () => {
  it('nobody is logged in on a server of one release that logged out on one of the other', async () => {
    const [before, now] = await Promise.all(
      (['before', 'after'] as const).map((side) => guides.load('h3', 'app.ts', side)),
    )
    const old = new Visitor(async (request) => before.app.fetch(request))
    const moved = new Visitor(async (request) => now.app.fetch(request), { jar: old.jar })
    const headers = { 'Content-Type': 'application/json' }
    const logIn = (visitor: Visitor, name: string) =>
      visitor.fetch('/login', { method: 'POST', body: JSON.stringify({ name }), headers })
    await logIn(old, 'ada')
    await moved.post('/logout')
    assert.match(await old.text(), /^\[null,/)
    await logIn(old, 'ada')
    await logIn(moved, 'ben')
    assert.match(await old.text(), /^\[null,/)
  })

  for (const side of ['before', 'after'] as const) {
    it(`leaves the app as it was, and a logout ends every copy of the cookie then (${side})`, async () => {
      const { app } = await guides.load('h3', 'app.ts', side)
      const visitor = new Visitor(async (request) => app.fetch(request))
      assert.equal(await visitor.text(), '[null,1]')
      const headers = { 'Content-Type': 'application/json' }
      const body = JSON.stringify({ name: 'ada' })
      await visitor.fetch('/login', { method: 'POST', body, headers })
      assert.equal(await visitor.text(), '["ada",2]')
      const thief = visitor.copy()
      await visitor.post('/logout')
      assert.equal(await visitor.text(), '[null,1]')
      assert.equal(await thief.text(), side === 'after' ? '[null,1]' : '["ada",3]')
    })
  }
})
