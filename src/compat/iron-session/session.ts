import { isStoreFailure } from '../../core/errors.ts'
import { type Arrival, receive, type VisitRequest } from '../../core/serving/arrival.ts'
import { clearOthers, commitSession } from '../../core/serving/commit.ts'
import { logFailure } from '../../core/serving/failure-log.ts'
import type { Session } from '../../core/session/session.ts'
import { stateOf } from '../../core/session/state-of.ts'
import { type DataPrint, printData, writeData } from '../parts/write-data.ts'
import type { Ends } from './ends.ts'
import { type Compiled, compile, type SessionOptions } from './options.ts'

type Values = Record<string, unknown>

/** Cookies that were set for a request already: a session that is opened after that begins with these. */
const setFor = new WeakMap<object, Map<string, string>>()

/** The session behind an object of iron-session's kind. */
class IronState {
  readonly #data: Values
  readonly #ends: Ends
  #options: Compiled
  /** What came with the request; with another session, once that one has ended. */
  #arrival: Arrival<Session>
  #isOver = false
  /** What is known to be stored. */
  #known: DataPrint
  #userId: string | undefined
  /** Saves and endings, one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(arrival: Arrival<Session>, options: Compiled, ends: Ends) {
    this.#data = copyOf(arrival.session)
    this.#ends = ends
    this.#options = options
    this.#arrival = arrival
    this.#known = printData(this.#data)
    this.#userId = arrival.session.userId
  }

  /** What the app has: the data, and three methods that are no part of it. */
  asObject(): object {
    return Object.defineProperties(this.#data, {
      save: { value: () => this.save() },
      destroy: { value: () => this.destroy() },
      updateConfig: { value: (options: SessionOptions) => this.updateConfig(options) },
    })
  }

  /**
   * Stores what was changed since it was read, or saved last, and sets the cookie. Keys that others changed meanwhile stay.
   *
   * @throws {SessionError} `ERR_SESSION_COMMITTED` if the response has left; `ERR_SESSION_STORE` if the store failed;
   * `ERR_SESSION_VALUE` for what JSON would lose; `ERR_SESSION_COOKIE_SIZE`.
   */
  save(): Promise<void> {
    return this.#inTurn(() => this.#save())
  }

  /** Ends the session, and has the browser forget it. Resolves when it cannot be used any more. */
  destroy(): Promise<void> {
    for (const key of Object.keys(this.#data)) delete this.#data[key]
    const { cookie, request } = this.#arrival
    this.#set([...clearOthers(this.#arrival), cookie.clear(undefined, request)])
    const ended = this.#inTurn(() => this.#end())
    // Most do not wait for it, as there is nothing to wait for in iron-session.
    ended.catch((error: unknown) => this.#tell(error))
    return ended
  }

  updateConfig(options: SessionOptions): void {
    const { storage } = this.#options
    this.#options = compile({ storage, ...options })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  async #save(): Promise<void> {
    const { storage, cookie, lifetime, userIdOf } = this.#options
    const data = { ...this.#data }
    const userId = userIdOf(data)
    // Another user's session takes nothing of this one along but what the app has put there.
    if (this.#userId !== undefined && userId !== this.#userId) await this.#end()
    if (this.#isOver) await this.#begin()
    const { session } = this.#arrival
    const state = stateOf(session)
    if (userId !== undefined && userId !== session.userId) {
      session.login(userId)
      // What may have been somebody else's has gone with that, but not what the app has.
      if (state.values.size === 0) this.#known = new Map()
    }
    writeData(state, data, this.#known)
    state.wish({ noteUse: true, endsBy: state.now() + lifetime })
    const { setCookies } = await commitSession({ ...this.#arrival, cookie }, storage, {
      again: true,
    })
    this.#known = printData(data)
    this.#userId = userId
    // None if it has ended, or has another id by now: the cookie of that response is the one that counts.
    if (setCookies.length > 0) this.#set(setCookies)
  }

  async #begin(): Promise<void> {
    const session = await this.#options.storage.read(null)
    // All that came have ended.
    const reading = { value: null, present: true, outdated: true }
    this.#arrival = { ...this.#arrival, reading, session, rivals: [], others: [] }
    this.#isOver = false
  }

  async #end(): Promise<void> {
    this.#known = new Map()
    this.#userId = undefined
    if (this.#isOver) return
    this.#isOver = true
    this.#arrival.session.destroy()
    await commitSession(this.#arrival, this.#options.storage)
  }

  #set(lines: readonly string[]): void {
    this.#ends.setCookies(lines)
    const { source } = this.#ends
    const pairs = setFor.get(source) ?? new Map<string, string>()
    setFor.set(source, pairs.set(this.#options.cookie.name, lines.at(-1)!.split(';')[0]!))
  }

  #tell(error: unknown): void {
    if (isStoreFailure(error)) logFailure(error, this.#options.storage)
  }
}

/** The session that a request comes with, or that was saved in answer to it a moment ago. */
export async function openIronSession(options: SessionOptions, ends: Ends): Promise<object> {
  const compiled = compile(options)
  const { cookie, storage } = compiled
  const pair = setFor.get(ends.source)?.get(cookie.name)
  const request = pair === undefined ? ends.request : withCookie(ends.request, pair)
  const arrival = await receive(cookie, { storage, events: storage.events }, request)
  return new IronState(arrival, compiled, ends).asObject()
}

/** The same request as if it had come with this cookie: none, where it was cleared. */
function withCookie({ method, url, headers }: VisitRequest, pair: string): VisitRequest {
  const value = pair.endsWith('=') ? null : pair
  const get = (name: string) => (name === 'cookie' ? value : headers.get(name))
  return { method, url, headers: { get, keys: () => headers.keys() } }
}

/** A copy, so that what the app changes in place shows. */
function copyOf(session: Session): Values {
  return JSON.parse(JSON.stringify(Object.fromEntries(stateOf(session).values)))
}
