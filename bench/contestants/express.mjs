import cookieSession from 'cookie-session'
import expressSession from 'express-session'
import createMemoryStore from 'memorystore'
import {
  attributes,
  bareConnectApp,
  bareName,
  connectApp,
  sessionOptions,
} from '../lib/connect-app.mjs'
import { secret } from '../lib/payload.mjs'

const heapStore =
  (make) =>
  ({ ttl }) => {
    const store = make()
    const cookie = { ...attributes, originalMaxAge: ttl, maxAge: ttl }
    return {
      put(data) {
        const id = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('base64url')
        const expires = new Date(Date.now() + ttl)
        store.set(id, { ...data, cookie: { ...cookie, expires } }, () => {})
      },
    }
  }

export const contestants = [
  { workload: ['cookie', 'memory'], name: bareName, kind: 'base', make: bareConnectApp },
  {
    workload: 'cookie',
    name: 'cookie-session (signed, SHA-1)',
    kind: 'peer',
    minus: bareName,
    make: (context) =>
      connectApp(
        context,
        cookieSession({ ...attributes, name: 'session', keys: [secret], secure: true }),
      ),
  },
  {
    workload: 'memory',
    name: 'express-session memory',
    kind: 'peer',
    minus: bareName,
    make: (context) =>
      connectApp(
        context,
        expressSession({ ...sessionOptions, store: new expressSession.MemoryStore() }),
      ),
  },
  {
    workload: 'heap',
    name: 'express-session MemoryStore',
    kind: 'peer',
    make: heapStore(() => new expressSession.MemoryStore()),
  },
  {
    workload: 'heap',
    name: 'express-session + memorystore',
    kind: 'peer',
    note: 'sweeps every second',
    make: heapStore(() => new (createMemoryStore(expressSession))({ checkPeriod: 1000 })),
  },
]
