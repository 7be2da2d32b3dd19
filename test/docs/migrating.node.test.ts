/* The guides in docs/migrating, carried out: what was before makes cookies, what comes after reads them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, beforeEach, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createRouter } from '@remix-run/fetch-router'
import { createFsSessionStorage as createRemixFiles } from '@remix-run/session/fs-storage'
import { createCookie as createRemixCookie } from '@remix-run/cookie'
import expressSessions from 'express-session'
import * as reactRouter from 'react-router'
import { type CookieImporter, createCookie } from 'coatcheck'
import { reactRouterCookie, remixCookie } from 'coatcheck/compat/cookies'
import { createSessionStorage, toReactRouterStorage } from 'coatcheck/compat/react-router'
import { session as remixSessions } from 'coatcheck/compat/remix'
import { withSession } from 'coatcheck/fetch'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import type { CookieJar } from '../frameworks/jar.ts'
import { listening } from '../frameworks/parts/server.ts'
import { type Serve, Visitor } from '../frameworks/visitor.ts'
import { temporaryFolder } from '../storages/temporary-folder.ts'
import { expressCookie, ironPassword, ourSecret, pairOf } from '../compat/cookies/old-cookies.ts'
import { compileBlocks, isOfPeer, readBlocks } from './guides.ts'

const origin = 'https://shop.example'
const blocks = readBlocks().filter((block) => !isOfPeer(block))
const packages = fileURLToPath(
  new URL('../../../test/compat/cookies/packages.d.ts', import.meta.url),
)
const guides = compileBlocks(blocks, {
  'packages.d.ts': readFileSync(packages, 'utf8'),
  // What apps that have these types write down somewhere.
  'session-data.d.ts': `import 'express-session'
    declare module 'express-session' {
      interface SessionData {
        [key: string]: any
      }
    }`,
  // The newest there are to install were made for fetch-router 0.18 and 0.19, with other types.
  'auth.ts': `import type { RequestContext } from '@remix-run/fetch-router'
    import type { Session } from '@remix-run/session'
    export declare function completeAuth(context: RequestContext): Session`,
  'session-middleware.ts': `import type { Middleware } from '@remix-run/fetch-router'
    import type { Session, SessionStorage } from '@remix-run/session'
    import type { Cookie } from '@remix-run/cookie'
    export declare function session(
      cookie: Cookie,
      storage: SessionStorage,
    ): Middleware<{ key: typeof Session; value: Session }>`,
  'express-session/before/store.ts': `import session from 'express-session'
    export const oldStore = new session.MemoryStore()`,
})
after(guides.remove)

process.env['SESSION_SECRET'] = ourSecret
process.env['OLD_SESSION_SECRET'] = 'keyboard cat'
process.env['IRON_PASSWORD'] = ironPassword
// The guides have their folders where they run.
beforeEach(() => process.chdir(temporaryFolder()))

/** What an importer finds in the only cookie of a Set-Cookie header. */
async function imported(accept: CookieImporter[], setCookie: string) {
  const name = setCookie.slice(0, setCookie.indexOf('='))
  const reading = await createCookie(name, { secrets: [ourSecret], accept }).read(pairOf(setCookie))
  return reading.imported
}

describe('The guides', () => {
  it('have blocks of code, all of which compile, before the diff and after', () => {
    assert.deepEqual(blocks.map(({ guide, path }) => `${guide}/${path}`).sort(), [
      'beside-auth/auth.ts',
      'beside-auth/shop.ts',
      'express-session/accept.ts',
      'express-session/app.ts',
      'express-session/drop-in.ts',
      'express-session/sessions.ts',
      'h3/app.ts',
      'iron-session/account.ts',
      'iron-session/drop-in.ts',
      'react-router/app/old-sessions.server.ts',
      'react-router/app/revocable-sessions.server.ts',
      'react-router/app/root-loader.ts',
      'react-router/app/routes/login.ts',
      'react-router/app/sessions.server.ts',
      'react-router/imports.ts',
      'remix/accept.ts',
      'remix/half.ts',
      'remix/imports.ts',
      'remix/login.ts',
      'remix/other-half.ts',
      'remix/server.ts',
    ])
  })
})

describe('Moving in from Remix', () => {
  const open = async (side: 'before' | 'after', jar?: CookieJar) => {
    const { router } = await guides.load('remix', 'server.ts', side)
    return new Visitor((request) => router.fetch(request), jar && { jar })
  }

  it('keeps visitors logged in, and lets them out', async () => {
    const before = await open('before')
    await before.post('/login')
    const visitor = await open('after', before.jar)
    const response = await visitor.get()
    assert.equal(await response.text(), '["ada","Welcome back"]')
    assert.equal(response.headers.getSetCookie().length, 1)
    assert.equal(await visitor.text(), '["ada",null]')
    await visitor.post('/logout')
    assert.equal(visitor.jar.headerFor(origin), null)
    await visitor.post('/login')
    assert.equal(await visitor.text(), '["ada","Welcome back"]')
  })

  it('says whose session it is after completeAuth()', async () => {
    const { logIn } = await guides.load('remix', 'login.ts')
    const storage = createMemorySessionStorage()
    const cookie = createCookie('session', { secrets: [ourSecret] })
    const router = createRouter({ middleware: [remixSessions(cookie, storage)] })
    router.post('/login', (context) => {
      logIn(context, 'ada')
      return new Response()
    })
    const visitor = new Visitor((request) => router.fetch(request))
    await visitor.post('/login')
    assert.equal((await storage.sessionsOf('ada')).length, 1)
    const current = await storage.read(await cookie.parse(visitor.jar.headerFor(origin)))
    assert.deepEqual(current.data, [{ userId: 'ada' }, {}])
  })

  it('counts who moved in', async () => {
    const before = await open('before')
    await before.post('/login')
    const module = await guides.load('remix', 'imports.ts')
    const cookie = createCookie('session', { secrets: [ourSecret], accept: [remixCookie()] })
    const serve = withSession({ cookie, storage: module.storage }, () => new Response())
    const visitor = new Visitor(serve, { jar: before.jar })
    await visitor.get()
    await visitor.get()
    assert.equal(module.imports, 1)
  })

  /** The cookie of a session that Remix kept in a file. */
  async function inFile(): Promise<string> {
    const storage = createRemixFiles('./old-sessions')
    const session = await storage.read(null)
    session.set('userId', 'ada')
    const cookie = createRemixCookie('session', { secrets: [ourSecret] })
    return cookie.serialize((await storage.save(session))!)
  }

  it('finds sessions that were in files', async () => {
    const setCookie = await inFile()
    const { accept } = await guides.load('remix', 'accept.ts')
    assert.deepEqual((await imported(accept, setCookie))?.values, { userId: 'ada' })
    const cookie = createRemixCookie('session', { secrets: [ourSecret] })
    const unknown = await cookie.serialize(crypto.randomUUID())
    assert.equal(await imported(accept, unknown), undefined)
  })

  it('goes by halves, the middleware first', async () => {
    const setCookie = await inFile()
    const { handler } = await guides.load('remix', 'half.ts')
    const visitor = new Visitor(handler as Serve)
    visitor.jar.take(origin, [setCookie])
    assert.equal(await visitor.text(), '[1,"ada"]')
    assert.notEqual(visitor.jar.headerFor(origin), pairOf(setCookie))
    assert.equal(await visitor.text(), '[2,"ada"]')
  })

  it('goes by halves, the storage first', async () => {
    const { router } = await guides.load('remix', 'other-half.ts')
    const before = new Visitor((request) => router.fetch(request))
    await before.post('/login')
    assert.equal(await before.text(), '"ada"')
    const cookie = createCookie('session', { secrets: [ourSecret], accept: [remixCookie()] })
    const storage = createFsSessionStorage('./new-sessions')
    const serve = withSession({ cookie, storage }, (_, session) =>
      Response.json(session.get('userId') ?? null),
    )
    // What Remix's cookie has signed may be what a visitor typed: the guide says to change the cookie first.
    assert.equal(await new Visitor(serve, { jar: before.jar }).text(), 'null')
  })
})

describe('Moving in from React Router', () => {
  const load = (path: string, side?: 'before' | 'after') =>
    guides.load('react-router', `app/${path}`, side)

  async function loggedIn(side: 'before' | 'after'): Promise<string> {
    const { action } = await load('routes/login.ts', side)
    const response: Response = await action({ request: new Request(origin) })
    return response.headers.getSetCookie()[0]!
  }

  it('keeps visitors logged in, once the session is committed', async () => {
    const counter = await guides.load('react-router', 'imports.ts')
    const old = await loggedIn('before')
    const { loader } = await load('root-loader.ts')
    const headers = { Cookie: pairOf(old) }
    const { data, init } = await loader({ request: new Request(origin, { headers }) })
    assert.deepEqual(data, { user: 'ada' })
    assert.equal(counter.imports, 1)
    const setCookie: string = init.headers['Set-Cookie']
    assert.match(setCookie, /Max-Age=604800; .*HttpOnly|HttpOnly.*Max-Age=604800/)
    const { getSession } = await load('sessions.server.ts')
    const session = await getSession(pairOf(setCookie))
    assert.equal(session.get('userId'), 'ada')
    assert.equal(session.get('notice'), 'Welcome back')
    assert.equal(counter.imports, 1)
  })

  it('lets them in and out', async () => {
    const { getSession, destroySession } = await load('sessions.server.ts')
    for (const side of ['before', 'after'] as const) {
      const session = await getSession(pairOf(await loggedIn(side)))
      assert.equal(session.get('userId'), 'ada')
      assert.match(await destroySession(session), /^__session=;.*1970/)
    }
  })

  it('finds sessions that were in another storage', async () => {
    const { old, accept } = await load('old-sessions.server.ts')
    const session = await old.getSession()
    session.set('userId', 'ada')
    session.flash('notice', 'Welcome back')
    assert.deepEqual(await imported(accept, await old.commitSession(session)), {
      values: { userId: 'ada' },
      flash: { notice: 'Welcome back' },
      userId: undefined,
    })
    const cookie = reactRouter.createCookie('__session', { secrets: [ourSecret] })
    assert.equal(await imported(accept, await cookie.serialize('unknown')), undefined)
  })

  it('goes on with functions of one’s own, under their ids', async () => {
    const kept = new Map<string, object>()
    const functions = {
      async createData(data: object) {
        kept.set('id-1', data)
        return 'id-1'
      },
      readData: async (id: string) => kept.get(id) ?? null,
      updateData: async (id: string, data: object) => void kept.set(id, data),
      deleteData: async (id: string) => void kept.delete(id),
    }
    const cookie = { name: '__session', secrets: [ourSecret] }
    const old = reactRouter.createSessionStorage({ cookie, ...functions })
    const session = await old.getSession()
    session.set('userId', 'ada')
    const setCookie = await old.commitSession(session)

    const accept = [reactRouterCookie()]
    const storage = createSessionStorage({ cookie: { ...cookie, accept }, ...functions })
    const same = await storage.getSession(pairOf(setCookie))
    assert.equal(same.get('userId'), 'ada')
    const ours = await storage.commitSession(same)
    const later = createSessionStorage({ cookie, ...functions })
    assert.equal((await later.getSession(pairOf(ours))).get('userId'), 'ada')
    assert.deepEqual([...kept.keys()], ['id-1'])
  })

  it('can log a user out everywhere, also by older cookies', async () => {
    const { getSession, commitSession, logOutEverywhere } = await load(
      'revocable-sessions.server.ts',
    )
    const old = pairOf(await loggedIn('before'))
    const userOf = async (pair: string) => (await getSession(pair)).get('userId')
    const ours = pairOf(await commitSession(await getSession(old)))
    assert.equal(await userOf(ours), 'ada')
    assert.equal(await logOutEverywhere('ada'), 1)
    assert.equal(await userOf(ours), undefined)
    assert.equal(await userOf(old), undefined)
  })

  it('writes nothing for pages that only read an older cookie', async () => {
    const events: string[] = []
    const storage = createMemorySessionStorage({ onEvent: ({ type }) => events.push(type) })
    const cookie = createCookie('__session', {
      secrets: [ourSecret],
      accept: [reactRouterCookie()],
    })
    const { getSession } = toReactRouterStorage(cookie, storage)
    const session = await getSession(pairOf(await loggedIn('before')))
    assert.equal(session.get('userId'), 'ada')
    assert.deepEqual(events, ['imported'])
  })
})

describe('Moving in from iron-session', () => {
  /** A shop of the guide's functions. */
  const open = async (side: 'before' | 'after', jar?: CookieJar) => {
    const pages = await guides.load('iron-session', 'account.ts', side)
    const page = (request: Request) => pages[new URL(request.url).pathname.slice(1)](request)
    return new Visitor(page, jar && { jar })
  }

  it('keeps visitors logged in, and lets them out', async () => {
    const before = await open('before')
    await before.post('/login')
    assert.equal(await before.text('/visit'), 'Visit 1 of ada')
    const visitor = await open('after', before.jar)
    const response = await visitor.get('/visit')
    assert.equal(await response.text(), 'Visit 2 of ada')
    assert.match(response.headers.getSetCookie().join(), /^session=A.*; Max-Age=1209600/)
    assert.equal(await visitor.text('/visit'), 'Visit 3 of ada')
    await visitor.post('/logout')
    assert.equal(visitor.jar.headerFor(origin), null)
    await visitor.post('/login')
    assert.equal(await visitor.text('/visit'), 'Visit 1 of ada')
  })
})

describe('Moving in from iron-session with one line', () => {
  it('keeps visitors logged in', async () => {
    const visit = async (side: 'before' | 'after') =>
      (await guides.load('iron-session', 'drop-in.ts', side)).visit as Serve
    const before = new Visitor(await visit('before'))
    assert.equal(await before.text('/'), 'Visit 1')
    const visitor = new Visitor(await visit('after'), { jar: before.jar })
    assert.equal(await visitor.text('/'), 'Visit 2')
    assert.equal(await visitor.text('/'), 'Visit 3')
  })
})

describe('Moving in from express-session with one line', () => {
  it('counts visits as before', async () => {
    const { app } = await guides.load('express-session', 'drop-in.ts', 'after')
    app.get('/', ({ session }: { session: { visits?: number } }, response: any) => {
      session.visits = (session.visits ?? 0) + 1
      response.send(`Visit ${session.visits}`)
    })
    const server = await listening(createServer(app))
    const first = await fetch(server.origin)
    assert.equal(await first.text(), 'Visit 1')
    const headers = { cookie: pairOf(first.headers.getSetCookie()[0]!) }
    assert.equal(await (await fetch(server.origin, { headers })).text(), 'Visit 2')
    await server.close()
  })
})

describe('Moving in from express-session', () => {
  it('keeps visitors logged in, and lets them out', async () => {
    const { route, oldStore } = await guides.load('express-session', 'sessions.ts')
    const cookie = { originalMaxAge: null }
    await new Promise<void>((resolve) =>
      oldStore.set('id-1', { cookie, userId: 'ada', visits: 4 }, resolve),
    )
    assert.ok(oldStore instanceof expressSessions.MemoryStore)
    const listeners: Record<string, RequestListener> = {
      '/': route((_: Request, session: any) => {
        const visits = session.update('visits', (n?: number) => (n ?? 0) + 1)
        return new Response(`Visit ${visits} of ${session.userId}`)
      }),
      '/logout': route((_: Request, session: any) => {
        session.destroy()
        return new Response()
      }),
    }
    const server = createServer((request, response) => listeners[request.url!]!(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const visitor = new Visitor((request) => fetch(request), { origin: url })
      const old = pairOf(expressCookie('id-1')).replace('session=', 'connect.sid=')
      visitor.jar.take(url, [`${old}; Path=/; HttpOnly`])
      assert.equal(await visitor.text(), 'Visit 5 of ada')
      assert.notEqual(visitor.jar.headerFor(url), old)
      assert.equal(await visitor.text(), 'Visit 6 of ada')
      await visitor.post('/logout')
      assert.equal(visitor.jar.headerFor(url), null)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('finds sessions in a store of another kind', async () => {
    const { accept } = await guides.load('express-session', 'accept.ts')
    const json = '{"cookie":{"originalMaxAge":null},"userId":"ada"}'
    const redis = { get: async (key: string) => (key === 'sess:id-1' ? json : null) }
    Object.assign(globalThis, { redis })
    assert.deepEqual(await imported(accept, expressCookie('id-1', 'keyboard cat')), {
      values: { userId: 'ada' },
      flash: {},
      userId: undefined,
    })
    assert.equal(await imported(accept, expressCookie('id-2', 'keyboard cat')), undefined)
  })
})
