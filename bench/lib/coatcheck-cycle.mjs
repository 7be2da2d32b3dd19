import { commitSession } from '../../dist/core/serving/commit.js'
import { createCookie } from '../../dist/core/cookie/cookie.js'
import { stateOf } from '../../dist/core/session/state-of.js'
import { fill, secret } from './payload.mjs'

export const sessionCookie = (options) => createCookie('session', { secrets: [secret], ...options })

/** What the middleware does for a request, without Request and Response. */
export function cycle({ mode, data, userId }, storage, cookieOptions) {
  const cookie = sessionCookie(cookieOptions)
  const request = 'https://shop.example/'
  const serve = async (header, handle) => {
    const read = cookie.read(header)
    const reading = read instanceof Promise ? await read : read
    const session = await storage.read(reading.value)
    const count = handle(session)
    const state = stateOf(session)
    const none = { rivals: [], others: [], isCrowded: false }
    const arrival = { cookie, request, reading, session, state, ...none }
    const { setCookies } = await commitSession(arrival, storage)
    return { count, setCookie: setCookies[0] }
  }
  return {
    async start() {
      const { setCookie } = await serve(null, (session) => {
        fill(session, data)
        if (userId !== undefined) session.login(userId)
      })
      return setCookie
    },
    request: (header) => serve(header, handlers[mode]),
    close: () => storage.close?.(),
  }
}

export const handlers = {
  ro: (session) => session.get('count'),
  rw(session) {
    const count = session.get('count')
    session.set('count', count + 1)
    return count
  },
}
