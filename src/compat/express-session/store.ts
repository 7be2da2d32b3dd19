/* oxlint-disable typescript/no-explicit-any -- so are the callbacks and sessions of that API, which apps have typed for themselves */
import { EventEmitter } from 'node:events'
import { Cookie } from './cookie.ts'
import { Session, type SessionRequest } from './session.ts'

type Callback = (error?: any, session?: any) => void

/** A session as stores keep it. */
export interface StoredSession {
  cookie: any
  [key: string]: any
}

/**
 * What stores of others extend: an emitter of `connect` and `disconnect`, with what they all share. They add `get`, `set`
 * and `destroy`.
 */
export interface Store extends EventEmitter {
  /** Ends the request's session, and begins another. */
  regenerate(request: any, done?: Callback): void
  /** The session under this id, outside of any request. */
  load(id: string, done: Callback): void
  /** Puts a session that was stored on a request. */
  createSession(request: any, stored: StoredSession): Session & StoredSession
}

interface StoreMethods extends Store {
  get(id: string, done: Callback): void
  destroy(id: unknown, done: Callback): void
  generate(request: SessionRequest): void
}

/** Older stores call it as a function, on an object of their own. */
export const Store: { new (options?: any): Store; readonly prototype: Store } = function (
  this: EventEmitter,
): void {
  EventEmitter.call(this)
} as never

Object.setPrototypeOf(Store.prototype, EventEmitter.prototype)
Object.setPrototypeOf(Store, EventEmitter)

const methods: Pick<Store, 'regenerate' | 'load' | 'createSession'> & ThisType<StoreMethods> = {
  regenerate(request: SessionRequest, done) {
    this.destroy(request.sessionID, (error) => {
      this.generate(request)
      done?.(error)
    })
  },

  load(id, done) {
    this.get(id, (error, stored) => {
      if (error) return done(error)
      if (!stored) return done()
      done(null, this.createSession({ sessionID: id, sessionStore: this }, stored))
    })
  },

  createSession(request: SessionRequest, stored) {
    const { expires, originalMaxAge } = stored.cookie
    const cookie = new Cookie(stored.cookie)
    if (typeof expires === 'string') cookie.expires = new Date(expires)
    // That of the cookie counts from now.
    cookie.originalMaxAge = originalMaxAge
    const session = new Session(request, { ...stored, cookie }) as Session & StoredSession
    request.session = session
    return session
  },
}

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(Store.prototype, name, { value, configurable: true, writable: true })
}
