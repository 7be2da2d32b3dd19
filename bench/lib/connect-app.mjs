// connect-style middleware, driven with stand-ins for req and res whose own cost is taken off.
import { exchange } from './node-http.mjs'
import { plainCookie, secret } from './payload.mjs'

export const attributes = { httpOnly: true, sameSite: 'lax', path: '/' }

/** Of express-session. */
export const sessionOptions = {
  name: 'session',
  secret,
  resave: false,
  saveUninitialized: false,
  cookie: { ...attributes, secure: 'auto', maxAge: 3_600_000 },
}

export function connectApp({ mode, data }, middleware) {
  let count
  const routes = {
    '/start': (session) => Object.assign(session, data),
    '/ro': (session) => (count = session.count),
    '/rw': (session) => {
      count = session.count
      session.count = count + 1
    },
  }
  const handle = (req, res) =>
    new Promise((resolve, reject) => {
      middleware(req, res, (error) => {
        if (error) return reject(error)
        routes[req.url](req.session)
        res.end('ok')
        resolve()
      })
    })
  return {
    start: () => exchange(handle, '/start'),
    async request(header) {
      const setCookie = await exchange(handle, `/${mode}`, header)
      return { count, setCookie }
    },
  }
}

export const bareName = 'req and res without sessions'
export const bareConnectApp = (context) => ({
  start: () => plainCookie(context),
  request: (header) => exchange((_req, res) => res.end('ok'), '/', header),
})
