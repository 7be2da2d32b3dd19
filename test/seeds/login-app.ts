// The application of seed 004, on the real packages: its response helpers are `@remix-run/response`.
import assert from 'node:assert/strict'
import { createRouter, type Middleware, type Router } from '@remix-run/fetch-router'
import { createHtmlResponse } from '@remix-run/response/html'
import { createRedirectResponse } from '@remix-run/response/redirect'
import { Session, type Cookie, type SessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { session } from 'coatcheck/fetch-router'
import { formData } from '../compat/remix/router.ts'

export const res = { html: createHtmlResponse, redirect: createRedirectResponse }

export const sessionCookie: Cookie = createCookie('__session', {
  secrets: ['s3cr3t'], // session cookies must be signed!
  httpOnly: true,
  secure: true,
  sameSite: 'lax',
})

function authenticateUser(username: unknown, password: unknown): { id: string } | undefined {
  return username === 'mj' && password === 'tiger' ? { id: 'user-mj' } : undefined
}

/** Middleware to require authentication. The document leaves its context untyped. */
export const requireAuth: Middleware = (context: any, next) => {
  const session = context.get(Session)
  if (!session.has('userId')) {
    session.flash('error', 'Please log in to continue')
    return res.redirect('/login')
  }
  return next()
}

/** The login flow, the guard and the posts, which the document puts into one application step by step. */
export function createApp(sessionStorage: SessionStorage): Router<any> {
  const router = createRouter({
    middleware: [session(sessionCookie, sessionStorage), formData()],
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

  // The router takes middleware in an action, and no third argument as in the document.
  router.get('/dashboard', {
    middleware: [requireAuth],
    handler: (context) => {
      const session = context.get(Session)
      const userId = session.get('userId')
      return res.html(`<h1>Dashboard for user ${userId}</h1>`)
    },
  })

  router.get('/profile', {
    middleware: [requireAuth],
    handler: (context) => {
      const session = context.get(Session)
      const userId = session.get('userId')
      return res.html(`<h1>Profile for user ${userId}</h1>`)
    },
  })

  router.post('/posts', ({ get }) => {
    const session = get(Session)
    const formData = get(FormData)
    assert.equal(formData.get('title'), 'Hello')
    session.flash('success', 'Post created successfully!')
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
  return router
}
