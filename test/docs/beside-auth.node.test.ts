/* The page about better-auth, carried out with better-auth itself. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { ourSecret } from '../compat/cookies/old-cookies.ts'
import { type Serve, Visitor } from '../frameworks/visitor.ts'
import { compileBlocks, readBlocks } from './guides.ts'

const guides = compileBlocks(
  readBlocks().filter(({ guide }) => guide === 'beside-auth'),
  {},
)
after(guides.remove)
process.env['SESSION_SECRET'] = ourSecret
process.env['AUTH_SECRET'] = ourSecret.toLowerCase()

describe('A session beside that of better-auth', () => {
  const origin = 'https://shop.example'
  const ask = (visitor: Visitor, path: string, body: object) => {
    const headers = { 'Content-Type': 'application/json', Origin: origin }
    return visitor.fetch(`/api/auth${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers,
    })
  }
  const password = 'correct horse battery'
  const signUp = (visitor: Visitor, name: string) =>
    ask(visitor, '/sign-up/email', { name, email: `${name}@shop.example`, password })

  it('is that of the user who is logged in there, and ends with the login', async () => {
    const { serve } = (await guides.load('beside-auth', 'shop.ts')) as { serve: Serve }
    const visitor = new Visitor(serve)
    await visitor.post()
    assert.equal(await visitor.text(), '[null,["hat"]]')
    assert.equal((await signUp(visitor, 'ada')).status, 200)
    assert.equal(await visitor.text(), '["ada",["hat"]]')

    const twin = visitor.copy()
    assert.equal((await ask(visitor, '/sign-out', {})).status, 200)
    const response = await visitor.get()
    assert.deepEqual([response.status, response.headers.get('location')], [303, `${origin}/`])
    assert.equal(await visitor.text(), '[null,[]]')
    await twin.get()
    assert.equal(await twin.text(), '[null,[]]')
  })

  it('is never that of the user before', async () => {
    const { serve } = (await guides.load('beside-auth', 'shop.ts')) as { serve: Serve }
    const visitor = new Visitor(serve)
    await signUp(visitor, 'grace')
    await visitor.post()
    assert.equal(await visitor.text(), '["grace",["hat"]]')
    await ask(visitor, '/sign-out', {})
    await signUp(visitor, 'joan')
    assert.equal(await visitor.text(), '["joan",[]]')
  })
})
