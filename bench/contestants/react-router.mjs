import * as nodeAdapter from '@react-router/node'
import * as version7 from 'react-router'
import * as version8 from 'react-router-8'
import { fill, secret } from '../lib/payload.mjs'

const cookieOptions = {
  name: 'session',
  secrets: [secret],
  httpOnly: true,
  secure: true,
  sameSite: 'lax',
  path: '/',
}

function cycle({ mode, data }, { getSession, commitSession }) {
  return {
    async start() {
      const session = await getSession()
      fill(session, data)
      return commitSession(session)
    },
    async request(header) {
      const session = await getSession(header)
      const count = session.get('count')
      if (mode === 'ro') return { count }
      session.set('count', count + 1)
      return { count, setCookie: await commitSession(session) }
    },
  }
}

export const contestants = [
  {
    workload: 'cookie',
    name: 'react-router 7 cookie (signed)',
    kind: 'peer',
    make: (context) =>
      cycle(context, version7.createCookieSessionStorage({ cookie: cookieOptions })),
  },
  {
    workload: 'cookie',
    name: 'react-router 8 cookie (signed)',
    kind: 'peer',
    make: (context) =>
      cycle(context, version8.createCookieSessionStorage({ cookie: cookieOptions })),
  },
  {
    workload: 'memory',
    name: 'react-router 7 memory',
    kind: 'peer',
    make: (context) =>
      cycle(context, version7.createMemorySessionStorage({ cookie: cookieOptions })),
  },
  {
    workload: 'fs',
    name: 'react-router 7 files',
    kind: 'peer',
    make: (context) =>
      cycle(
        context,
        nodeAdapter.createFileSessionStorage({
          dir: `${context.folder}/react-router`,
          cookie: cookieOptions,
        }),
      ),
  },
  {
    workload: 'heap',
    name: 'react-router 7 memory',
    kind: 'peer',
    make({ ttl }) {
      const storage = version7.createMemorySessionStorage({
        cookie: { ...cookieOptions, maxAge: ttl / 1000 },
      })
      return {
        async put(data) {
          const session = await storage.getSession()
          fill(session, data)
          return storage.commitSession(session)
        },
      }
    },
  },
]
