// Remix's own middleware and helpers over our sessions, which `coatcheck/compat/remix` puts under both keys.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { completeAuth, createGitHubAuthProvider, startExternalAuth } from '@remix-run/auth'
import { Auth, auth, createSessionAuthScheme } from '@remix-run/auth-middleware'
import { csrf, getCsrfToken } from '@remix-run/csrf-middleware'
import { createRouter, type Middleware, type RequestContext } from '@remix-run/fetch-router'
import { Session as RemixSession } from '@remix-run/session'
import { Session, type SessionStorage } from 'coatcheck'
import { session } from 'coatcheck/compat/remix'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { sessionCookie } from '../../frameworks/entries.ts'
import { Visitor } from '../../frameworks/visitor.ts'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import { formData, remixStorages } from './router.ts'

const storages: Record<string, () => SessionStorage> = {
  'coatcheck/memory-storage': () => createMemorySessionStorage(),
  'coatcheck/cookie-storage': () => createCookieSessionStorage(),
  'coatcheck/fs-storage': () => createFsSessionStorage(temporaryFolder()),
}

/** The newest that can be installed were made for older routers, whose contexts have other types. */
const older = (middleware: unknown) => middleware as Middleware<any>
const olderContext = (context: RequestContext<any, any>) => context as never

const github = createGitHubAuthProvider({
  clientId: 'client',
  clientSecret: 'not to be told',
  redirectUri: 'https://shop.example/callback',
})

/** An app as Remix's documentation of the three packages has it. */
function createApp(storage: SessionStorage) {
  const users: Record<string, { name: string }> = { ada: { name: 'Ada Lovelace' } }
  const scheme = createSessionAuthScheme({
    read: (current) => current.get('userId') as string | null,
    verify: (userId: string) => users[userId] ?? null,
    invalidate: (current) => current.unset('userId'),
  })
  const router = createRouter({
    middleware: [
      session(sessionCookie(), storage),
      formData(),
      older(csrf()),
      older(auth({ schemes: [scheme] })),
    ],
  })
  router.get('/token', (context) => new Response(getCsrfToken(olderContext(context))))
  router.get('/', (context) => {
    const state = (context as { get(key: object): any }).get(Auth)
    return Response.json(state.ok ? state.identity : (state.error?.code ?? null))
  })
  router.post('/login', (context) => {
    const current = completeAuth(olderContext(context))
    current.set('userId', 'ada')
    current.flash('notice', 'Welcome back')
    return new Response()
  })
  router.get('/notice', ({ get }) => new Response(String(get(RemixSession).get('notice'))))
  router.post('/remove', () => {
    delete users['ada']
    return new Response()
  })
  router.post('/github', (context) => startExternalAuth(github, olderContext(context)))
  router.post('/logout', ({ get }) => {
    get(RemixSession).destroy()
    return new Response()
  })
  router.get('/same', (context: any) => {
    const ours = context.get(Session)
    return Response.json([ours === context.get(RemixSession), ours === context.session])
  })
  return new Visitor((request) => router.fetch(request))
}

describe('Remix’s middleware over our sessions', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    const open = async () => {
      const visitor = createApp(createStorage())
      const _csrf = await visitor.text('/token')
      return { visitor, _csrf }
    }

    it(`finds one session under both keys (${name})`, async () => {
      const { visitor } = await open()
      assert.equal(await visitor.text('/same'), '[true,true]')
    })

    it(`csrf lets in who has the token of this session (${name})`, async () => {
      const { visitor, _csrf } = await open()
      assert.match(_csrf, /^[0-9a-f]{64}$/)
      assert.equal((await visitor.post('/login', { _csrf })).status, 200)
      assert.equal(await visitor.text('/token'), _csrf)
    })

    it(`csrf keeps out who has none, or that of another session (${name})`, async () => {
      const { visitor, _csrf } = await open()
      const other = await open()
      assert.equal((await visitor.post('/login')).status, 403)
      assert.equal((await visitor.post('/login', { _csrf: other._csrf })).status, 403)
      assert.notEqual(other._csrf, _csrf)
      assert.equal(await visitor.text(), 'null')
    })

    it(`auth knows who logged in, under a new id, until the logout (${name})`, async () => {
      const { visitor, _csrf } = await open()
      const before = visitor.jar.value('session')
      assert.equal(await visitor.text(), 'null')
      await visitor.post('/login', { _csrf })
      assert.notEqual(visitor.jar.value('session'), before)
      assert.equal(await visitor.text('/notice'), 'Welcome back')
      assert.equal(await visitor.text('/notice'), 'undefined')
      assert.equal(await visitor.text(), '{"name":"Ada Lovelace"}')
      await visitor.post('/logout', { _csrf })
      assert.equal(visitor.jar.value('session'), undefined)
      assert.equal(await visitor.text(), 'null')
    })

    it(`auth forgets a user who has gone (${name})`, async () => {
      const { visitor, _csrf } = await open()
      await visitor.post('/login', { _csrf })
      await visitor.post('/remove', { _csrf })
      assert.equal(await visitor.text(), '"invalid_credentials"')
      assert.equal(await visitor.text(), 'null')
    })

    it(`auth keeps a login elsewhere that is under way (${name})`, async () => {
      const { visitor, _csrf } = await open()
      const response = await visitor.post('/github', { _csrf })
      assert.equal(response.status, 302)
      const location = new URL(response.headers.get('Location')!)
      assert.equal(location.host, 'github.com')
      assert.ok(location.searchParams.get('state'))
    })
  }

  for (const [name, createStorage] of Object.entries(remixStorages)) {
    it(`serves Remix’s own storages too (${name})`, async () => {
      const router = createRouter({ middleware: [session(sessionCookie(), createStorage())] })
      router.post('/', ({ get }) => {
        get(RemixSession).set('user', 'ada')
        return new Response()
      })
      router.get('/', ({ get }) => {
        const current: unknown = get(Session)
        return Response.json([get(RemixSession).get('user'), current === get(RemixSession)])
      })
      const visitor = new Visitor((request) => router.fetch(request))
      await visitor.post()
      assert.equal(await visitor.text(), '["ada",true]')
    })
  }
})
