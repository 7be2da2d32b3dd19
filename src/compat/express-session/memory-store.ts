/* oxlint-disable typescript/no-explicit-any -- so are the callbacks and sessions of that API, which apps have typed for themselves */
import { Store, type StoredSession } from './store.ts'

type Callback<T = void> = (error?: any, result?: T) => void

function later<T>(done: Callback<T> | undefined, result?: T): void {
  if (done !== undefined) setImmediate(() => done(null, result))
}

/** A store of express-session in this process, for development and tests. */
export class MemoryStore extends Store {
  /** What is kept, as JSON. */
  sessions: Record<string, string> = Object.create(null)

  get(id: string, done: Callback<StoredSession>): void {
    later(done, this.#find(id))
  }

  set(id: string, session: object, done?: Callback): void {
    this.sessions[id] = JSON.stringify(session)
    later(done)
  }

  destroy(id: string, done?: Callback): void {
    delete this.sessions[id]
    later(done)
  }

  touch(id: string, session: { cookie: unknown }, done?: Callback): void {
    const kept = this.#find(id)
    if (kept !== undefined) this.sessions[id] = JSON.stringify({ ...kept, cookie: session.cookie })
    later(done)
  }

  all(done: Callback<Record<string, StoredSession>>): void {
    later(done, this.#all())
  }

  length(done: Callback<number>): void {
    later(done, Object.keys(this.#all()).length)
  }

  clear(done?: Callback): void {
    this.sessions = Object.create(null)
    later(done)
  }

  #all(): Record<string, StoredSession> {
    const all: Record<string, StoredSession> = Object.create(null)
    for (const id of Object.keys(this.sessions)) {
      const session = this.#find(id)
      if (session !== undefined) all[id] = session
    }
    return all
  }

  #find(id: string): StoredSession | undefined {
    const text = this.sessions[id]
    if (text === undefined) return undefined
    const session = JSON.parse(text) as StoredSession
    const expires = session.cookie?.expires
    if (!expires || new Date(expires).getTime() > Date.now()) return session
    delete this.sessions[id]
    return undefined
  }
}
