// Seed 004, a session middleware: its examples in its order, with real assertions, on our entries.
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { createRouter, type Middleware } from '@remix-run/fetch-router'
import { Session, type Cookie, type SessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { session } from 'coatcheck/fetch-router'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { Visitor } from '../frameworks/visitor.ts'
import { temporaryFolder } from '../storages/temporary-folder.ts'
import { createApp, requireAuth, res, sessionCookie } from './login-app.ts'

const credentials = { username: 'mj', password: 'tiger' }

const storages: Record<string, () => SessionStorage> = {
  'coatcheck/cookie-storage': () => createCookieSessionStorage(),
  'coatcheck/memory-storage': () => createMemorySessionStorage(),
  'coatcheck/fs-storage': () => createFsSessionStorage(path.join(temporaryFolder(), 'sessions')),
}

type App = { fetch(request: Request): Promise<Response> }

/** A part of the document, with an application on each storage. */
function describeWith(
  part: string,
  createApp: (sessionStorage: SessionStorage) => App,
  cases: (open: () => Visitor) => void,
): void {
  for (const [name, createStorage] of Object.entries(storages)) {
    describe(`Seed 004, ${part} (${name})`, () => {
      cases(() => {
        const app = createApp(createStorage())
        return new Visitor((request) => app.fetch(request))
      })
    })
  }
}

describe('Seed 004, session()', () => {
  it('has the documented signature', () => {
    const signature: (sessionCookie: Cookie, sessionStorage: SessionStorage) => Middleware<any> =
      session
    assert.equal(typeof signature(sessionCookie, createCookieSessionStorage()), 'function')
  })

  it('throws an Error if the session cookie is not signed, when it is called', () => {
    for (const unsigned of [createCookie('__session'), createCookie('__session', { secrets: [] })]) {
      assert.throws(
        () => session(unsigned, createCookieSessionStorage()),
        (error) => error instanceof Error && /must be signed/.test(error.message),
      )
    }
  })

  it('refuses what is no cookie or no storage, in types too', () => {
    const storage = createCookieSessionStorage()
    // @ts-expect-error -- a name is not a cookie
    assert.throws(() => session('__session', storage), { code: 'ERR_SESSION_CONFIG' })
    // @ts-expect-error -- the storage is missing
    assert.throws(() => session(sessionCookie), { code: 'ERR_SESSION_CONFIG' })
  })
})

describeWith(
  'Basic Usage and How It Works',
  (sessionStorage) => {
    const router = createRouter({
      middleware: [session(sessionCookie, sessionStorage)],
    })

    router.get('/', (context) => {
      const session = context.get(Session)
      session.set('count', Number(session.get('count') ?? 0) + 1)
      return new Response(`Count: ${session.get('count')}`)
    })

    router.get('/peek', (context) => {
      const session = context.get(Session)
      return new Response(`Count: ${session.get('count')}`)
    })
    return router
  },
  (open) => {
    it('reads the session, makes it available, saves its changes and sets the cookie', async () => {
      const visitor = open()
      const response = await visitor.get()
      assert.equal(await response.text(), 'Count: 1')
      const [line, ...others] = response.headers.getSetCookie()
      assert.deepEqual(others, [])
      const [pair, ...attributes] = line!.split('; ')
      assert.match(pair!, /^__session=[\w-]+$/)
      assert.deepEqual(attributes.sort(), ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
      for (const count of [2, 3, 4]) assert.equal(await visitor.text(), `Count: ${count}`)
    })

    it('gives each visitor a session', async () => {
      const visitor = open()
      const other = visitor.copy()
      await visitor.get()
      assert.equal(await other.text(), 'Count: 1')
      assert.equal(await visitor.text(), 'Count: 2')
    })

    it('sets no cookie when nothing was changed', async () => {
      const visitor = open()
      assert.deepEqual((await visitor.get('/peek')).headers.getSetCookie(), [])
      await visitor.get()
      assert.deepEqual((await visitor.get('/peek')).headers.getSetCookie(), [])
    })

    it('takes no cookie that was tampered with, whichever byte of it', async () => {
      const visitor = open()
      await visitor.get()
      const sealed = visitor.jar.value('__session')!
      for (let i = 0; i < sealed.length; i += 5) {
        const swapped = sealed[i] === 'x' ? 'y' : 'x'
        const forged = sealed.slice(0, i) + swapped + sealed.slice(i + 1)
        const forger = visitor.copy()
        forger.jar.take('https://shop.example/', [`__session=${forged}; Path=/`])
        assert.equal(await forger.text('/peek'), 'Count: undefined')
      }
      assert.equal(await visitor.text('/peek'), 'Count: 1')
    })
  },
)

describeWith(
  'Session Methods',
  (sessionStorage) => {
    const router = createRouter({ middleware: [session(sessionCookie, sessionStorage)] })
    const user = { id: 'user-mj' }

    router.get('/get', ({ get }) => {
      const session = get(Session)
      const userId = session.get('userId')
      return new Response(String(userId))
    })
    router.get('/set', ({ get }) => {
      const session = get(Session)
      session.set('userId', user.id)
      return new Response(session.get('userId'))
    })
    router.get('/has', ({ get }) => {
      const session = get(Session)
      if (session.has('userId')) {
        return new Response('User is logged in')
      }
      return new Response('nobody')
    })
    router.get('/delete', ({ get }) => {
      const session = get(Session)
      session.delete('userId')
      return new Response(String(session.has('userId')))
    })
    router.get('/flash', ({ get }) => {
      const session = get(Session)
      session.flash('error', 'Invalid credentials')
      return new Response(String(session.get('error')))
    })
    router.get('/error', ({ get }) => new Response(String(get(Session).get('error'))))
    router.get('/regenerate', ({ get }) => {
      const session = get(Session)
      const before = session.id
      session.regenerateId()
      return new Response(String(session.id === before))
    })
    router.get('/destroy', ({ get }) => {
      const session = get(Session)
      session.destroy()
      return new Response(String(session.has('userId')))
    })
    return router
  },
  (open) => {
    it('get, set, has and delete', async () => {
      const visitor = open()
      const said: string[] = []
      for (const path of ['/get', '/has', '/set', '/get', '/has', '/delete', '/get', '/has']) {
        said.push(await visitor.text(path))
      }
      assert.deepEqual(said, [
        'undefined',
        'nobody',
        'user-mj',
        'user-mj',
        'User is logged in',
        'false',
        'undefined',
        'nobody',
      ])
    })

    it('flash: only available on the next request', async () => {
      const visitor = open()
      const said: string[] = []
      for (const path of ['/flash', '/error', '/error']) said.push(await visitor.text(path))
      assert.deepEqual(said, ['undefined', 'Invalid credentials', 'undefined'])
    })

    it('regenerateId: another id, the same session', async () => {
      const visitor = open()
      await visitor.get('/set')
      const before = visitor.jar.value('__session')
      assert.equal(await visitor.text('/regenerate'), 'false')
      assert.notEqual(visitor.jar.value('__session'), before)
      assert.equal(await visitor.text('/get'), 'user-mj')
    })

    it('destroy: the visitor is nobody, and the cookie is gone', async () => {
      const visitor = open()
      await visitor.get('/set')
      assert.equal(await visitor.text('/destroy'), 'false')
      assert.equal(visitor.jar.value('__session'), undefined)
      assert.equal(await visitor.text('/has'), 'nobody')
    })
  },
)

/** Where a response redirects to. */
function target(response: Response): string | null {
  assert.equal(response.status, 302)
  return response.headers.get('Location')
}

describeWith('Login/Logout Flow', createApp, (open) => {
  it('a wrong password shows its error on the next login page, once', async () => {
    const visitor = open()
    assert.doesNotMatch(await visitor.text('/login'), /class="error"/)
    const response = await visitor.post('/login', { ...credentials, password: 'lion' })
    assert.equal(target(response), '/login')
    assert.match(await visitor.text('/login'), /class="error">Invalid username or password</)
    assert.doesNotMatch(await visitor.text('/login'), /class="error"/)
  })

  it('the right one logs in under a new id', async () => {
    const visitor = open()
    await visitor.post('/login', { ...credentials, password: 'lion' })
    const before = visitor.jar.value('__session')
    assert.equal(target(await visitor.post('/login', credentials)), '/dashboard')
    assert.notEqual(visitor.jar.value('__session'), before)
    assert.match(await visitor.text('/dashboard'), /<h1>Dashboard for user user-mj</)
  })

  it('an id that somebody planted before the login is not logged in by it', async () => {
    const visitor = open()
    await visitor.post('/login', { ...credentials, password: 'lion' })
    const attacker = visitor.copy()
    await visitor.post('/login', credentials)
    assert.equal(target(await attacker.get('/dashboard')), '/login')
  })

  it('a logout ends the session', async () => {
    const visitor = open()
    await visitor.post('/login', credentials)
    const response = await visitor.post('/logout')
    assert.equal(target(response), '/')
    assert.match(response.headers.getSetCookie().join(), /^__session=; .*Max-Age=0/)
    assert.equal(target(await visitor.get('/dashboard')), '/login')
  })
})

describeWith('Authentication Guard', createApp, (open) => {
  it('turns strangers away with a message', async () => {
    for (const page of ['/dashboard', '/profile']) {
      const visitor = open()
      assert.equal(target(await visitor.get(page)), '/login')
      assert.match(await visitor.text('/login'), /class="error">Please log in to continue</)
      assert.doesNotMatch(await visitor.text('/login'), /class="error"/)
    }
  })

  it('lets those in who are logged in', async () => {
    const visitor = open()
    await visitor.post('/login', credentials)
    assert.match(await visitor.text('/dashboard'), /<h1>Dashboard for user user-mj</)
    assert.match(await visitor.text('/profile'), /<h1>Profile for user user-mj</)
  })
})

describe('Seed 004, Authentication Guard', () => {
  it('is no second argument of the router: that is a type error, and lets nobody in', async () => {
    const router = createRouter({
      middleware: [session(sessionCookie, createMemorySessionStorage())],
    })
    // @ts-expect-error -- the document's form, which no router of Remix takes
    router.get('/dashboard', requireAuth, () => res.html('<h1>Dashboard</h1>'))
    const response = await router.fetch('https://shop.example/dashboard')
    assert.equal(target(response), '/login')
  })
})

describeWith('Flash Messages', createApp, (open) => {
  it('a created post is announced on the next page, once', async () => {
    const visitor = open()
    assert.equal(target(await visitor.post('/posts', { title: 'Hello' })), '/posts')
    assert.match(await visitor.text('/posts'), /class="success">Post created successfully!</)
    assert.doesNotMatch(await visitor.text('/posts'), /class="success"/)
  })
})

describe('Seed 004, Custom Session Storage', () => {
  it('different backends can be used, one for one', async () => {
    const cookieStorage = createCookieSessionStorage()
    const memoryStorage = createMemorySessionStorage()
    for (const storage of [cookieStorage, memoryStorage]) {
      const router = createApp(storage)
      const visitor = new Visitor((request) => router.fetch(request))
      await visitor.post('/login', credentials)
      assert.match(await visitor.text('/profile'), /<h1>Profile for user user-mj</)
    }
  })

  it('cookie storage keeps everything in the cookie: another server needs the secret and nothing else', async () => {
    const [first, second] = [createCookieSessionStorage(), createCookieSessionStorage()].map(createApp)
    const visitor = new Visitor((request) => first!.fetch(request))
    await visitor.post('/login', credentials)
    const moved = new Visitor((request) => second!.fetch(request), { jar: visitor.jar })
    assert.match(await moved.text('/dashboard'), /<h1>Dashboard for user user-mj</)
  })
})
