import { createCookie } from '@remix-run/cookie'
import { fill, secret } from './payload.mjs'

export const sessionCookie = () =>
  createCookie('session', {
    secrets: [secret],
    httpOnly: true,
    secure: true,
    sameSite: 'Lax',
    path: '/',
  })

/** What @remix-run/session-middleware does for a request, without the router around it. */
export function cycle({ mode, data }, storage) {
  const cookie = sessionCookie()
  return {
    async start() {
      const session = await storage.read(null)
      fill(session, data)
      return cookie.serialize(await storage.save(session))
    },
    async request(header) {
      const session = await storage.read(await cookie.parse(header))
      const count = session.get('count')
      if (mode === 'rw') session.set('count', count + 1)
      const value = await storage.save(session)
      return { count, setCookie: value == null ? undefined : await cookie.serialize(value) }
    },
  }
}
