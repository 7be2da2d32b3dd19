import { configError } from '../errors.ts'
import { holds } from '../record/kept-values.ts'
import type { LoginContext } from '../record/login-context.ts'
import { assertKey } from './edits.ts'
import type { FlashOf, Key, SessionData, UntypedData, Value } from './data.ts'
import type { SessionState } from './session-state.ts'
import { commitInAdvance } from './in-advance.ts'
import { persist, persistenceOf } from './persistence.ts'
import { stateOfItsOwn } from './own-state.ts'
import { stateKey } from './state-of.ts'
import { createSessionId } from '../record/id.ts'
import { checkedAgain, checkedLogin, lastLogin } from './login.ts'
import type { LoginOptions, ReauthenticateOptions } from './login.ts'

export type { FlashOf, SessionData, UntypedData }

/**
 * A visitor's session during one request: reading and changing it is synchronous and does no I/O.
 * The storage that it came from saves what was changed, and the middleware calls that storage before
 * the response leaves.
 * After `destroy()` it reads as empty, and every change throws `ERR_SESSION_DESTROYED`. After the
 * response was made, every change throws `ERR_SESSION_COMMITTED`.
 */
export class Session<Data extends SessionData = UntypedData, Flash extends SessionData = Data> {
  readonly #state: SessionState

  /**
   * A session without a storage. Storages make those that can be saved.
   *
   * @param id From `createSessionId()`. Default a new one.
   * @param data Its values, and its flash messages as the request before left them.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if the id is not one of ours.
   */
  constructor(id?: string, data?: [values?: NoInfer<Data>, flash?: NoInfer<Flash>])
  /** @internal */
  constructor(state: SessionState)
  constructor(
    from: string | SessionState = createSessionId(),
    data?: [values?: Data, flash?: Flash],
  ) {
    this.#state = typeof from === 'string' ? stateOfItsOwn(from, data) : from
    // Values are set with `set()`: a property would be gone with the request, and nobody would know why.
    if (new.target === Session) Object.preventExtensions(this)
  }

  static {
    // Also for other copies of this package, which cannot see what is private here.
    Object.defineProperty(Session.prototype, stateKey, {
      get(this: Session) {
        return #state in this ? this.#state : undefined
      },
    })
  }

  /**
   * The value under this key, or else the flash message of that name. A value that is an object may
   * be changed in place: that is found, and saved as if the key had been set.
   */
  get<K extends Key<Data> | Key<Flash>>(key: K): Value<Data, Flash, K> {
    return this.#state.read(key) as Value<Data, Flash, K>
  }

  /** Whether there is a value or a flash message of this name. Does not use the message up. */
  has(key: Key<Data> | Key<Flash>): boolean {
    const { values, flash } = this.#look()
    assertKey(key)
    return values.has(key) || flash.visible.has(key)
  }

  /**
   * Keeps a value. `null` and `undefined` remove the key.
   *
   * @throws {SessionValueError} `ERR_SESSION_VALUE` if it cannot be stored: functions, BigInts, cycles,
   * class instances such as Date and Map, NaN. A codec can widen that.
   * @throws {SessionSchemaError} `ERR_SESSION_SCHEMA` if it does not fit the storage's schema.
   */
  set<K extends Key<Data>>(key: K, value: Data[K] | null | undefined): void {
    if (value === null || value === undefined) this.unset(key)
    else this.#state.change({ type: 'set', key, value })
  }

  /** Removes the value, and the flash message, under this key. */
  unset(key: Key<Data> | Key<Flash>): void {
    const { values, flash } = this.#state
    assertKey(key)
    const isThere = holds(values, key) || flash.visible.has(key) || flash.pending.has(key)
    if (isThere) this.#state.change({ type: 'unset', key })
    else this.#state.assertOpen()
  }

  /** The same as `unset()`. */
  delete(key: Key<Data> | Key<Flash>): void {
    this.unset(key)
  }

  /**
   * Sets a value computed from the one before. Exact even when other requests change the same key
   * at the same time: then `fn` runs again, on the value they left. So it may only depend on its argument.
   *
   * @param fn Gets the value, or undefined; returns the new one, or null to remove the key.
   * @returns The new value.
   * @throws {SessionError} As `set()`; `ERR_SESSION_VALUE` also if `fn` returns undefined.
   */
  update<K extends Key<Data>>(
    key: K,
    fn: (value: Data[K] | undefined) => Data[K] | null,
  ): Data[K] | undefined {
    this.#state.change({ type: 'update', key, update: fn as (value: unknown) => unknown })
    return this.#state.read(key) as Data[K] | undefined
  }

  /**
   * Leaves a message for the next page, such as the one a redirect leads to. It is not visible in this
   * request, and gone after the next: images, prefetches and HEAD requests do not use it up.
   * `null` and `undefined` take back a message that was not saved yet.
   */
  flash<K extends Key<Flash>>(key: K, value: Flash[K] | null | undefined): void {
    if (value === null || value === undefined) this.#state.edit().takeBack(key)
    else this.#state.change({ type: 'flash', key, value })
  }

  /** Carries these flash messages on to the next page. */
  keep(...keys: Key<Flash>[]): void {
    this.#state.edit().keep(keys)
  }

  /** Carries all flash messages on to the next page. */
  reflash(): void {
    this.#state.edit().keep([...this.#state.flash.visible.keys()])
  }

  /**
   * Gives the session a new id. The old id stays readable for the storage's `regenerateGrace`, with the data it had
   * and never with what is set afterwards. A request that came with such an old id gets no new one, because the
   * session has a newer id already.
   *
   * @param deleteOld Ends the old id at once. Do that whenever privileges change (ASVS 7.2.4); `login()` does.
   */
  regenerateId(deleteOld = false): void {
    this.#state.rotate(deleteOld ? 'kill' : 'grace')
  }

  /**
   * Logs the visitor in as this user. The session gets a new id, and the old id ends at once, so that an id which somebody has
   * planted before is worth nothing (ASVS 7.2.4). The absolute timeout starts again. Values and messages stay, unless they were
   * another user's. If the handler throws afterwards, the visitor is not logged in, and the old id has ended all the same.
   *
   * @param options What is known of the login: {@link LoginOptions} says what each option does.
   * @throws {SessionError} `ERR_SESSION_CONFIG` unless `userId` is a string with something in it, and the options are
   * as `LoginOptions` says.
   */
  login(userId: string, options?: LoginOptions): void {
    this.#state.logIn(checkedLogin(userId, options))
  }

  /**
   * Says that the user who is logged in has proved once more who they are, for pages that need a recent or a stronger
   * login (ASVS 7.5.1, 7.5.3). The session gets a new id, and the old id ends at once, as with `login()`. But the absolute
   * timeout goes on, and the label stays. See `requireRecentLogin()` of `coatcheck/accounts`. It also unlocks a locked session.
   *
   * @param options {@link ReauthenticateOptions} says what each option does. Default: all is as before.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if nobody is logged in, or an option is wrong.
   */
  reauthenticate(options?: ReauthenticateOptions): void {
    this.#state.logIn(checkedAgain(this.#look(), options))
  }

  /**
   * Says whether the visitor stays logged in when the browser closes. The session remembers it through new ids and logins of the
   * same user. A login of another user forgets it.
   * With `true` the timeouts of the storage's option `persistent` count, and the browser keeps the cookie for its `maxAge`, or
   * if it has none, until the session's absolute end. With `false` the usual timeouts count, and the cookie is gone when the
   * browser closes. Without a call the usual timeouts count, and the cookie is sent as it was made.
   *
   * @throws {SessionError} `ERR_SESSION_CONFIG` unless it is a boolean.
   */
  persist(stay: boolean): void {
    // `'on'` of a form would be taken for a yes, and so would `'off'`.
    if (typeof stay !== 'boolean') throw configError('persist() takes true or false')
    persist(this.#state, stay)
  }

  /**
   * Ends the session, under all its ids: nothing brings it back. The visitor's cookie is cleared. A second call
   * does nothing. It takes no callback, and throws `ERR_SESSION_CONFIG` if it gets one.
   */
  destroy(): void {
    // Who waits for a callback, as in express-session, would never answer.
    if (typeof arguments[0] === 'function') throw configError('destroy() takes no callback')
    this.#state.destroy()
  }

  /**
   * Saves the session now, for a response that begins before the handler ends, such as a stream. Changes after that throw
   * `ERR_SESSION_COMMITTED`. If the handler fails later, the session stays saved. A second call does nothing. If it throws, the
   * session can still be changed and committed again.
   *
   * @throws {SessionError} What saving throws; `ERR_SESSION_CONFIG` without middleware.
   */
  commit(): Promise<void> {
    return commitInAdvance(this.#state)
  }

  /**
   * The id, for this library only: half of it is the visitor's secret. Use `handle` to name the
   * session anywhere else.
   */
  get id(): string {
    return this.#look().id
  }

  /**
   * The public half of the id: safe in logs and lists. It stays while the session lives. A login with an id that was rotated
   * out, in its grace, starts another session. In cookie storage with `revocations` whatever ends the id changes it.
   */
  get handle(): string {
    return this.#look().handle
  }

  /** Who logged in, or undefined. */
  get userId(): string | undefined {
    return this.#look().userId
  }

  /** The values, and the flash messages for the next page, as plain objects. */
  get data(): [values: Partial<Data>, flash: Partial<Flash>] {
    const state = this.#look()
    const values = Object.fromEntries([...state.values.keys()].map((key) => [key, state.read(key)]))
    return [values as Partial<Data>, Object.fromEntries(state.flash.pending) as Partial<Flash>]
  }

  /** How many values and flash messages can be read. */
  get size(): number {
    const { values, flash } = this.#look()
    return new Set([...values.keys(), ...flash.visible.keys()]).size
  }

  /** Whether saving would write something. */
  get dirty(): boolean {
    return this.#look().dirty
  }

  /** Whether `destroy()` was called. */
  get destroyed(): boolean {
    return this.#state.destroyed
  }

  /** Whether nothing is stored of this session yet. */
  get isNew(): boolean {
    return this.#look().loaded === undefined
  }

  /**
   * For a storage of your own, whose sessions `createSession(id, data)` makes: the id that `save()` has to end, after
   * `login()` and `regenerateId(true)`. Always undefined for sessions of our storages: they end it by themselves.
   */
  get deleteId(): string | undefined {
    return this.#state.deleteId
  }

  /** What `persist()` was called with, or undefined. */
  get persistent(): boolean | undefined {
    return persistenceOf(this.#look())
  }

  /** When the session began, in milliseconds since the epoch. */
  get createdAt(): number {
    return this.#look().createdAt
  }

  /** When the visitor last logged in, or proved once more who they are (ASVS 7.5.3), in milliseconds since the epoch. */
  get authenticatedAt(): number | undefined {
    return lastLogin(this.#look()).at
  }

  /** How strong the login is, as it was given to `login()` or `reauthenticate()`. Undefined if it was not. */
  get level(): number | undefined {
    return lastLogin(this.#look()).level
  }

  /** What `login()` or `reauthenticate()` noted of the client, such as its browser. Undefined if nothing was noted. */
  get context(): LoginContext | undefined {
    return Object.freeze(lastLogin(this.#look()).context)
  }

  /** When the session ends unless it is used again, in milliseconds since the epoch. */
  get expiresAt(): number {
    return this.#look().expiresAt
  }

  /** Notes that the response depends on the session. */
  #look(): SessionState {
    this.#state.look()
    return this.#state
  }
}
