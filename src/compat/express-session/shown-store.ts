/* oxlint-disable typescript/no-explicit-any -- so are the callbacks and sessions of that API, which apps have typed for themselves */
import type { EventEmitter } from 'node:events'
import { configError, destroyedError } from '../../core/errors.ts'
import type { ServerSessionStorage, SessionStorage } from '../../core/life-cycle/session-storage.ts'
import { parseSessionId } from '../../core/record/id.ts'
import type { SessionState } from '../../core/session/session-state.ts'
import { stateOf } from '../../core/session/state-of.ts'
import type { ExpressStore } from '../parts/express-store.ts'
import { promised } from '../parts/express-store.ts'
import { isOnServer } from '../parts/on-server.ts'
import { cookieAsRead, freshCookie } from './attributes.ts'
import type { CookieOptions } from './cookie.ts'
import type { KeptCookie } from './cookies.ts'
import { cookieKey, noteDifferences, storedTexts, textsOf, valuesOf } from './data.ts'
import { finish } from './finish.ts'
import { courses, type Done, type SessionRequest } from './session.ts'
import { Store, type StoredSession } from './store.ts'

/*
 * What handlers have as `req.sessionStore`: sessions by their ids, whatever keeps them. What a store of the app has
 * besides, such as its client, is there too.
 */
export function shownStore(
  storage: SessionStorage,
  given: ExpressStore | undefined,
  options: CookieOptions,
): Store {
  const shown = new SessionsById(storage, given, options)
  if (given === undefined) return shown
  const own = new Set<PropertyKey>(['get', 'set', 'destroy', 'touch', 'generate'])
  for (const name of ['regenerate', 'load', 'createSession']) own.add(name)
  return new Proxy(given as ExpressStore & EventEmitter, {
    get(target, name) {
      if (own.has(name)) return Reflect.get(shown, name).bind(shown) as unknown
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  }) as unknown as Store
}

class SessionsById extends Store {
  readonly #storage: SessionStorage & Partial<Pick<ServerSessionStorage, 'revoke'>>
  readonly #given: ExpressStore | undefined
  readonly #options: CookieOptions

  constructor(storage: SessionStorage, given: ExpressStore | undefined, options: CookieOptions) {
    super()
    this.#options = options
    this.#storage = storage
    this.#given = given
  }

  get(id: string, done: (error?: any, session?: StoredSession) => void): void {
    finish(async () => {
      const state = await this.#find(id)
      return state === undefined ? undefined : storedSession(state, this.#options)
    }, done)
  }

  /** Writes what differs. A session that has ended, or that we did not begin, is not written. */
  set(id: string, session: StoredSession, done?: Done): void {
    finish(async () => {
      const found = await this.#storage.read(this.#isKnowable(id) ? id : null)
      const state = stateOf(found)
      if (state.loaded === undefined) throw destroyedError()
      noteDifferences(state, storedTexts(state), textsOf(session, state.codec))
      await this.#storage.save(found)
    }, done)
  }

  destroy(id: string, done?: Done): void {
    finish(async () => {
      const given = this.#given
      const isOurs = parseSessionId(id) !== undefined
      if (!isOurs && given !== undefined) await promised((end) => given.destroy(id, end))
      if (!isOurs) return
      if (this.#storage.revoke === undefined) {
        throw configError('Where the cookie holds the session, only its own request can end it')
      }
      await this.#storage.revoke(id)
    }, done)
  }

  /** The middleware notes each use by itself. */
  touch(_id: string, _session: unknown, done?: Done): void {
    finish(async () => {}, done)
  }

  generate(request: SessionRequest): void {
    courses.get(request)?.generate()
  }

  override regenerate(request: SessionRequest, done?: Done): void {
    courses.get(request)?.regenerate(done)
  }

  /** Whether it may be the id of a session that the storage can find. */
  #isKnowable(id: string): boolean {
    const isOurs = typeof id === 'string' && parseSessionId(id) !== undefined
    return isOurs && isOnServer(this.#storage)
  }

  async #find(id: string): Promise<SessionState | undefined> {
    if (!this.#isKnowable(id)) return undefined
    const state = stateOf(await this.#storage.read(id))
    return state.loaded === undefined ? undefined : state
  }
}

function storedSession(state: SessionState, options: CookieOptions): StoredSession {
  const { from: _, ...kept } = (state.values.get(cookieKey) ?? {}) as KeptCookie
  const read = cookieAsRead(
    kept,
    freshCookie(options, () => false),
    state.expiresAt,
  )
  const cookie: unknown = JSON.parse(JSON.stringify(read))
  return { cookie, ...Object.fromEntries(valuesOf(storedTexts(state), state.codec)) }
}
