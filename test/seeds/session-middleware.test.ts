// The examples of seed 004, a session middleware: the same calls with real assertions, on our entries.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRouter, type Middleware } from '@remix-run/fetch-router'
import { Session, type Cookie, type SessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { session } from 'coatcheck/fetch-router'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { Visitor } from '../frameworks/visitor.ts'

/** The response helpers that the examples import. */
const res = {
  html: (body: string) => new Response(body, { headers: { 'Content-Type': 'text/html' } }),
  redirect: (location: string) => new Response(null, { status: 302, headers: { Location: location } }),
}

/** The form data middleware that the examples import. */
function formData(): Middleware<{ key: typeof FormData; value: FormData }> {
  return async (context, next) => {
    const isForm = context.request.headers.get('Content-Type')?.includes('form')
    context.set(FormData, isForm ? await context.request.formData() : new FormData())
    return next()
  }
}

function authenticateUser(username: unknown, password: unknown): { id: string } | undefined {
  return username === 'mj' && password === 'tiger' ? { id: 'user-mj' } : undefined
}

const sessionCookie = createCookie('__session', {
  secrets: ['s3cr3t'], // session cookies must be signed!
  httpOnly: true,
  secure: true,
  sameSite: 'lax',
})

/** Middleware to require authentication */
const requireAuth: Middleware = (context, next) => {
  const session = context.get(Session)!
  if (!session.has('userId')) {
    session.flash('error', 'Please log in to continue')
    return res.redirect('/login')
  }
  return next()
}

/** The application that the examples make up together. */
function createApp(cookie: Cookie, sessionStorage: SessionStorage) {
  const router = createRouter({
    middleware: [session(cookie, sessionStorage), formData()],
  })

  router.get('/', (context) => {
    const session = context.get(Session)
    session.set('count', Number(session.get('count') ?? 0) + 1)
    return new Response(`Count: ${session.get('count')}`)
  })

  router.get('/login', ({ get }) => {
    const session = get(Session)
    const error = session.get('error')
    return res.html(`
      <html>
        <body>
          <h1>Login</h1>
          ${error ? `<div class="error">${error}</div>` : ''}
          <form method="POST" action="/login">
            <input type="text" name="username" placeholder="Username" />
            <input type="password" name="password" placeholder="Password" />
            <button type="submit">Login</button>
          </form>
        </body>
      </html>
    `)
  })

  router.post('/login', ({ get }) => {
    const session = get(Session)
    const formData = get(FormData)
    const username = formData.get('username')
    const password = formData.get('password')
    const user = authenticateUser(username, password)
    if (!user) {
      session.flash('error', 'Invalid username or password')
      return res.redirect('/login')
    }
    session.regenerateId()
    session.set('userId', user.id)
    return res.redirect('/dashboard')
  })

  router.post('/logout', ({ get }) => {
    const session = get(Session)
    session.destroy()
    return res.redirect('/')
  })

  router.get('/dashboard', {
    middleware: [requireAuth],
    handler: (context) => {
      const session = context.get(Session)
      const userId = session.get('userId')
      return res.html(`<h1>Dashboard for user ${userId}</h1>`)
    },
  })

  router.post('/posts', ({ get }) => {
    const session = get(Session)
    session.flash('success', `Post ${get(FormData).get('title')} created successfully!`)
    return res.redirect('/posts')
  })

  router.get('/posts', ({ get }) => {
    const session = get(Session)
    const success = session.get('success') // Available once, then cleared
    return res.html(`
      <html>
        <body>
          ${success ? `<div class="success">${success}</div>` : ''}
          <h1>Posts</h1>
        </body>
      </html>
    `)
  })

  router.post('/forget', ({ get }) => {
    get(Session).delete('count')
    return new Response(String(get(Session).has('count')))
  })
  return router
}

const storages: Record<string, () => SessionStorage> = {
  'coatcheck/cookie-storage': () => createCookieSessionStorage(),
  'coatcheck/memory-storage': () => createMemorySessionStorage(),
}

const credentials = { username: 'mj', password: 'tiger' }

describe('Seed 004, the session middleware', () => {
  it('throws if the session cookie is not signed', () => {
    const unsigned = createCookie('__session')
    assert.throws(() => session(unsigned, createCookieSessionStorage()), /must be signed/)
  })

  for (const [name, createStorage] of Object.entries(storages)) {
    function visit(): Visitor {
      const router = createApp(sessionCookie, createStorage())
      return new Visitor((request) => router.fetch(request))
    }

    it(`basic usage counts (${name})`, async () => {
      const visitor = visit()
      const response = await visitor.get()
      const [line] = response.headers.getSetCookie()
      assert.match(line!, /^__session=[\w-]+; /)
      for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) {
        assert.ok(line!.split('; ').includes(attribute), attribute)
      }
      assert.equal(await response.text(), 'Count: 1')
      assert.equal(await visitor.text(), 'Count: 2')
      assert.equal(await (await visitor.post('/forget')).text(), 'false')
      assert.equal(await visitor.text(), 'Count: 1')
    })

    it(`a wrong password shows its error on the next login page, once (${name})`, async () => {
      const visitor = visit()
      assert.doesNotMatch(await visitor.text('/login'), /class="error"/)
      const response = await visitor.post('/login', { ...credentials, password: 'lion' })
      assert.equal(response.status, 302)
      assert.equal(response.headers.get('Location'), '/login')
      assert.match(await visitor.text('/login'), /class="error">Invalid username or password</)
      assert.doesNotMatch(await visitor.text('/login'), /class="error"/)
    })

    it(`logs in with a new id, and out again (${name})`, async () => {
      const visitor = visit()
      await visitor.get()
      const before = visitor.jar.value('__session')
      const response = await visitor.post('/login', credentials)
      assert.equal(response.headers.get('Location'), '/dashboard')
      assert.notEqual(visitor.jar.value('__session'), before)
      assert.equal(await visitor.text('/dashboard'), '<h1>Dashboard for user user-mj</h1>')
      assert.equal(await visitor.text(), 'Count: 2')

      const goodbye = await visitor.post('/logout')
      assert.equal(goodbye.headers.get('Location'), '/')
      assert.equal(visitor.jar.value('__session'), undefined)
      assert.equal((await visitor.get('/dashboard')).status, 302)
      assert.equal(await visitor.text(), 'Count: 1')
    })

    it(`the guard turns strangers away with a message (${name})`, async () => {
      const visitor = visit()
      const response = await visitor.get('/dashboard')
      assert.equal(response.status, 302)
      assert.equal(response.headers.get('Location'), '/login')
      assert.match(await visitor.text('/login'), /class="error">Please log in to continue</)
    })

    it(`a created post is announced on the next page, once (${name})`, async () => {
      const visitor = visit()
      const response = await visitor.post('/posts', { title: 'Hello' })
      assert.equal(response.headers.get('Location'), '/posts')
      assert.match(await visitor.text('/posts'), /class="success">Post Hello created successfully!</)
      assert.doesNotMatch(await visitor.text('/posts'), /class="success"/)
    })
  }
})
