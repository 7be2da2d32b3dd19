/* The guides from libraries whose session stands where ours does, carried out: the same app before and after. */
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { after, describe, it } from 'node:test'
import { ourSecret } from '../compat/cookies/old-cookies.ts'
import { listening } from '../frameworks/parts/server.ts'
import { type Serve, Visitor } from '../frameworks/visitor.ts'
import { type CompiledGuides, compileBlocks, isOfPeer, readBlocks, sideOf } from './guides.ts'

process.env['SESSION_SECRET'] = ourSecret
process.env['OLD_SESSION_SECRET'] = 'a secret that the old library signed with'
process.env['OLD_SESSION_KEY'] = 'c0a7'.repeat(16)

interface App {
  serve: Serve
  close(): Promise<void>
}

async function serving(listener: RequestListener): Promise<App> {
  const { origin, close } = await listening(createServer(listener))
  async function serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const { method, headers } = request
    const body = (await request.text()) || null
    return fetch(origin + pathname, { method, headers, body, redirect: 'manual' })
  }
  return { serve, close }
}

async function servingFastify(app: any): Promise<App> {
  await app.ready()
  return serving((request, response) => app.routing(request, response))
}

const servingFetch = async (app: any): Promise<App> => ({
  serve: async (request) => app.fetch(request),
  close: async () => {},
})

/** How the app of each guide is started, and whether there a copy of a cookie went on after the logout. */
const guides: Record<string, { start(app: any): Promise<App>; wentOn: boolean }> = {
  'cookie-session': { start: serving, wentOn: true },
  'fastify-secure-session': { start: servingFastify, wentOn: true },
  'fastify-session': { start: servingFastify, wentOn: false },
  'hono-sessions': { start: servingFetch, wentOn: false },
  'koa-session': { start: (app) => serving(app.callback()), wentOn: true },
}

/** Where @fastify/session of before kept its sessions: both sides have it. */
const oldStore = `import session from 'express-session'
const place = globalThis as { oldStore?: session.MemoryStore }
export const oldStore: any = (place.oldStore ??= new session.MemoryStore())`

const blocks = readBlocks().filter(isOfPeer)
const compiled = new Map<string, CompiledGuides>()
after(() => compiled.forEach(({ remove }) => remove()))

/** What was before is a program for each guide, and what comes after is one for all. */
function programOf(guide: string, side: 'before' | 'after'): CompiledGuides {
  const name = side === 'after' ? side : guide
  const known = compiled.get(name)
  if (known !== undefined) return known
  const own = blocks.filter((block) => side === 'after' || block.guide === guide)
  const more: Record<string, string> = {}
  if (own.some((block) => block.guide === 'fastify-session')) {
    more['fastify-session/after/store.ts'] = oldStore
  }
  const made = compileBlocks(sideOf(own, side), more)
  compiled.set(name, made)
  return made
}

async function started(guide: string, side: 'before' | 'after'): Promise<App> {
  const { app } = await programOf(guide, side).load(guide, 'app.ts')
  return guides[guide]!.start(app)
}

function logIn(visitor: Visitor, name: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return visitor.fetch('/login', { method: 'POST', body: JSON.stringify({ name }), headers })
}

/** Fastify takes no form without a plugin. */
const logOut = (visitor: Visitor) => visitor.fetch('/logout', { method: 'POST' })

it('All guides from such libraries are carried out here', () => {
  assert.deepEqual([...new Set(blocks.map(({ guide }) => guide))].sort(), Object.keys(guides))
})

for (const [guide, { wentOn }] of Object.entries(guides)) {
  describe(`Moving in from ${guide}`, () => {
    for (const side of ['before', 'after'] as const) {
      it(`leaves the app as it was, and a logout ends every copy of the cookie then (${side})`, async () => {
        const { serve, close } = await started(guide, side)
        try {
          const visitor = new Visitor(serve)
          assert.equal(await visitor.text(), '[null,1]')
          await logIn(visitor, 'ada')
          assert.equal(await visitor.text(), '["ada",2]')
          const thief = visitor.copy()
          await logOut(visitor)
          assert.equal(await visitor.text(), '[null,1]')
          const goesOn = side === 'before' && wentOn
          assert.equal(await thief.text(), goesOn ? '["ada",3]' : '[null,1]')
        } finally {
          await close()
        }
      })
    }
  })
}

describe('While servers of both releases run', () => {
  for (const guide of Object.keys(guides)) {
    it(`nobody is logged in on one that logged out on the other, or is there as somebody else (${guide})`, async () => {
      const [before, now] = await Promise.all([started(guide, 'before'), started(guide, 'after')])
      try {
        const old = new Visitor(before.serve)
        const moved = new Visitor(now.serve, { jar: old.jar })
        await logIn(old, 'ada')
        await logOut(moved)
        assert.match(await old.text(), /^\[null,/)
        await logIn(old, 'ada')
        await logIn(moved, 'ben')
        assert.match(await old.text(), /^\[null,/)
        await logIn(moved, 'ben')
        await logIn(old, 'ada')
        await logOut(old)
        assert.match(await moved.text(), /^\[null,/)
      } finally {
        await Promise.all([before.close(), now.close()])
      }
    })
  }
})

describe('Moving in from fastify-session', () => {
  it('keeps visitors logged in, and lets them out', async () => {
    const before = await started('fastify-session', 'before')
    const visitor = new Visitor(before.serve)
    await logIn(visitor, 'ada')
    assert.equal(await visitor.text(), '["ada",1]')
    const now = await started('fastify-session', 'after')
    const moved = new Visitor(now.serve, { jar: visitor.jar })
    assert.equal(await moved.text(), '["ada",2]')
    assert.equal(await moved.text(), '["ada",3]')
    await logOut(moved)
    assert.equal(await moved.text(), '[null,1]')
    await Promise.all([before.close(), now.close()])
  })
})
