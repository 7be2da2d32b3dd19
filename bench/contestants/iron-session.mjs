import { parseCookie, stringifySetCookie } from 'cookie'
import * as version9 from 'iron-session'
import * as version8 from 'iron-session-8'
import { secret } from '../lib/payload.mjs'

const attributes = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' }

/** Its two functions with a cookie package around them: the least that one can do with it. */
const sealing = (library) => (context) => {
  const { mode, data } = context
  const options = { password: secret }
  const setCookie = async (data) =>
    stringifySetCookie({
      name: 'session',
      value: await library.sealData(data, options),
      ...attributes,
    })
  return {
    start: () => setCookie(data),
    async request(header) {
      const data = await library.unsealData(parseCookie(header).session, options)
      const { count } = data
      if (mode === 'ro') return { count }
      data.count = count + 1
      return { count, setCookie: await setCookie(data) }
    },
  }
}

/** The whole library over the headers of a request and a response. */
const whole = (library) => (context) => {
  const options = { password: secret, cookieName: 'session', cookieOptions: attributes }
  const open = (headers, response) => library.getIronSession({ headers }, response, options)
  return {
    async start() {
      const response = { headers: new Headers() }
      const session = await open(new Headers(), response)
      await Object.assign(session, context.data).save()
      return response.headers.getSetCookie()
    },
    async request(cookie) {
      const response = { headers: new Headers() }
      const session = await open(new Headers({ cookie }), response)
      const { count } = session
      if (context.mode === 'rw') {
        session.count = count + 1
        await session.save()
      }
      return { count, setCookie: response.headers.getSetCookie() }
    },
  }
}

export const contestants = [
  { workload: 'cookie', name: 'iron-session 8', kind: 'peer', make: whole(version8) },
  { workload: 'cookie', name: 'iron-session 9', kind: 'peer', make: whole(version9) },
  { workload: 'cookie', name: 'iron-session 9 sealData', kind: 'peer', make: sealing(version9) },
]
