import { committedError, destroyedError, readOnlyError } from '../errors.ts'
import { type ValueCodec, plainCodec } from '../record/codec.ts'
import type { Contents } from '../record/record.ts'
import { contentsAsStored, type Loaded } from '../record/standing.ts'
import type { MaybePromise } from '../runtime/maybe-promise.ts'
import { turnNow } from '../runtime/turns.ts'
import type { Change } from './changes.ts'
import { Edits } from './edits.ts'
import type { FlashMessages } from './flash-messages.ts'
import { OwnId } from './own-id.ts'
import type { Imported, LostReason, Server, StateOptions, Writer } from './state-options.ts'
import { noWishes, type Login, type Wishes } from './wishes.ts'

/** What one request knows of its session and has done to it: `Session` is its face. Others say what happened; they set `server` only. */
export class SessionState {
  readonly codec: ValueCodec
  readonly hadCookie: boolean
  /** Whether the request keeps the session alive. */
  readonly isUse: boolean
  readonly retiredFrom: string | undefined
  /** Set by what answers the request. */
  server: Server | undefined
  readonly imported: Imported | undefined
  readonly createdAt: number
  readonly now: () => number
  readonly #id: OwnId
  #loaded: Loaded | undefined
  #heldCurrent: boolean
  /** Of a session that is not stored yet. */
  readonly #expiresAt: number
  #wishes: Wishes = noWishes
  #destroyed = false
  #closed = false
  /** Set where it can only be read: what to say of a change. */
  #readOnlyAdvice: string | undefined
  /** Set while a save is under way: a change would be taken for saved and not be. */
  #saving: Promise<unknown> | undefined
  #issued: string | undefined
  #lost: LostReason | undefined
  #wasLookedAt = false
  readonly #originalId: string | undefined
  readonly #renews: boolean | undefined
  readonly #edits: Edits

  constructor(options: StateOptions, now: () => number) {
    this.#id = new OwnId(options)
    this.#loaded = options.loaded
    this.#heldCurrent = options.loaded?.by === 'current'
    this.#expiresAt = options.expiresAt
    this.codec = options.codec ?? plainCodec
    this.hadCookie = options.hadCookie ?? false
    this.isUse = options.isUse ?? true
    this.retiredFrom = options.retiredFrom
    this.imported = options.imported
    this.createdAt = options.createdAt
    this.now = now
    this.#originalId = options.originalId
    this.#renews = options.renews
    this.#edits = new Edits(options, this.codec)
  }

  get id(): string {
    return this.#id.text
  }

  get handle(): string {
    return this.#id.handle
  }

  get userId(): string | undefined {
    if (this.#destroyed) return undefined
    return this.#wishes.login?.userId ?? this.#loaded?.record.owner ?? this.imported?.owner
  }

  /** Whether what is in it may be somebody's, and nobody can tell whose: an import that did not say. */
  get isOfUnknown(): boolean {
    if (this.#wishes.login !== undefined) return false
    return this.#loaded?.record.isOfUnknown ?? this.imported?.isOfUnknown ?? false
  }

  /** What the app sees. */
  get values(): ReadonlyMap<string, unknown> {
    return this.#edits.values
  }

  get flash(): FlashMessages {
    return this.#edits.flash
  }

  /** What was read, or saved last. */
  get loaded(): Loaded | undefined {
    return this.#loaded
  }

  /** Whether its id was once the record's: then a rotation under way came after it, however often it has been saved since. */
  get heldCurrent(): boolean {
    return this.#heldCurrent
  }

  get expiresAt(): number {
    return this.#loaded?.expiresAt ?? this.#expiresAt
  }

  get wishes(): Wishes {
    return this.#wishes
  }

  get destroyed(): boolean {
    return this.#destroyed
  }

  /** The cookie value that a save by the handler itself asked for, so that the response carries it. */
  get issued(): string | undefined {
    return this.#issued
  }

  /** Why the last save wrote nothing, if something ended. */
  get lost(): LostReason | undefined {
    return this.#lost
  }

  /** Whether the app looked at the session, so that the response depends on the cookie. */
  get wasLookedAt(): boolean {
    return this.#wasLookedAt
  }

  /** Whether saving would write something. Where the app has a storage of its own, what it gave us is there. */
  get dirty(): boolean {
    return this.#originalId === undefined ? this.isUnsaved : this.#isChanged
  }

  /** Whether the request has done what a storage of ours must write. */
  get isUnsaved(): boolean {
    if (this.#loaded !== undefined) return this.#isChanged
    // To stay logged in is nothing to ask for a new session, nor is what came and went within the request.
    const isAsked = (this.#wishes.rotation ?? this.#wishes.endsBy ?? this.imported) !== undefined
    return isAsked || this.values.size > 0 || this.flash.pending.size > 0
  }

  get #isChanged(): boolean {
    const { rotation, endsBy, persist } = this.#wishes
    const isAsked = (rotation ?? endsBy ?? persist) !== undefined
    return isAsked || this.#edits.isChanged || this.flash.isUsed
  }

  get deleteId(): string | undefined {
    return this.#wishes.rotation === 'kill' ? this.#originalId : undefined
  }

  /**
   * Notes that the response depends on the session.
   * @throws {SessionError} `ERR_SESSION_COMMITTED` for a first look after the response was made: caches may show it to others.
   */
  look(): void {
    if (this.#wasLookedAt) return
    if (this.#closed) throw committedError('look at it before the handler returns')
    this.#wasLookedAt = true
  }

  /** A value, or a flash message, as the app gets it. */
  read(key: string): unknown {
    this.look()
    return this.#edits.read(key, this.#closed)
  }

  change(change: Change): void {
    this.edit().change(change)
  }

  /** To change the data with. */
  edit(): Edits {
    this.assertOpen()
    return this.#edits
  }

  /** Gives it a new secret under the same handle. A login with an id in its grace is a session of its own instead. */
  rotate(rotation: 'grace' | 'kill'): void {
    this.assertOpen()
    const isOld = this.#loaded?.by === 'previous'
    // An id in its grace has had its successor already, and so has one that was ended just now.
    if (rotation === 'grace' && (isOld || this.retiredFrom !== undefined)) return
    this.wish({ rotation: this.#wishes.rotation === 'kill' ? 'kill' : rotation })
    if (rotation === 'kill' && (this.#renews || (isOld && this.#wishes.login))) this.startAnew()
    else this.#id.renewSecret()
  }

  /** From now on the visitor is this user. What another user had and wanted, or may have, goes. */
  logIn(login: Omit<Login, 'at' | 'turn'>): void {
    this.assertOpen()
    const isOthers = this.userId === undefined ? this.isOfUnknown : this.userId !== login.userId
    if (isOthers) this.change({ type: 'clear' })
    const persist = isOthers ? null : this.#wishes.persist
    const at = this.now()
    this.wish({ persist, login: { ...login, at, turn: turnNow(login.userId) }, logsIn: true })
    this.rotate('kill')
  }

  /** From here on it reads as empty. */
  destroy(): void {
    if (this.#destroyed) return
    this.assertOpen()
    this.#destroyed = true
    this.#edits.clear()
  }

  /** A new id altogether: for a session of its own, or when a store has something at the handle. */
  startAnew(): void {
    this.#id.startAnew()
  }

  /** Asks this of the next save. */
  wish(wish: Wishes): void {
    this.#wishes = { ...this.#wishes, ...wish }
  }

  /** The response is being made: no change can reach it, and none is accepted. Or it could not be made. */
  close(isMade = true): void {
    this.#closed = isMade
  }

  /** It can be read for as long as anybody likes, and not changed. `advice` says where it can be. */
  makeReadOnly(advice: string): void {
    this.#wasLookedAt = true
    this.#readOnlyAdvice = advice
  }

  /** The visitor is to have this cookie value. */
  issue(value: string): void {
    this.#issued = value
  }

  /** Nothing is saved: the session ended, or its id did. An id that an earlier save asked for is nobody's. */
  lose(reason: LostReason): void {
    this.#lost = reason
    this.#issued = undefined
  }

  /** @throws {SessionError} `ERR_SESSION_DESTROYED`, `ERR_SESSION_COMMITTED` or `ERR_SESSION_READ_ONLY`. */
  assertOpen(): void {
    if (this.#readOnlyAdvice !== undefined) throw readOnlyError(this.#readOnlyAdvice)
    if (this.#destroyed) throw destroyedError()
    if (this.#closed || this.#saving !== undefined) {
      throw committedError('change it before the response begins, and before commit()')
    }
    this.#wasLookedAt = true
  }

  /** Saves after every other save: at once, if there is nothing to write. If a handler saves, the response carries the value. */
  saveWith(writer: Writer<SessionState>): MaybePromise<string | null> {
    if (this.#saving !== undefined) return this.whenIdle(() => this.saveWith(writer))
    const saved = writer.save(this)
    if (saved !== null && typeof saved !== 'string') return this.#waitFor(saved)
    this.#issued = saved ?? this.#issued
    return saved
  }

  async #waitFor(saving: Promise<string | null>): Promise<string | null> {
    this.#saving = saving
    try {
      const value = await saving
      this.#issued = value ?? this.#issued
      return value
    } finally {
      this.#saving = undefined
    }
  }

  /** Does this once no save is under way, and before another begins. */
  async whenIdle<T>(work: () => T): Promise<Awaited<T>> {
    while (this.#saving !== undefined) await this.#saving.catch(() => {})
    return await work()
  }

  /** The data to store: what this request did, on what is stored now. */
  nextContents(base: Loaded | undefined): Contents {
    if (base !== undefined && this.#wishes.failed) return contentsAsStored(base, this.codec)
    return this.#edits.outcome(this.#loaded, base)
  }

  /** Starts over from what was just saved. */
  settle(loaded: Loaded): void {
    this.#loaded = loaded
    this.#heldCurrent ||= loaded.by === 'current'
    const { logsIn, isResent } = this.#wishes
    this.#wishes = logsIn || isResent ? { logsIn, isResent } : noWishes
    this.#edits.settle(loaded, this.#closed)
  }

  /** Drops a login that was refused: the visitor has what was there before it, and an id in its grace stays as it was. */
  forgetLogin(): void {
    const isInPlace = this.handle === this.#loaded?.record.handle
    this.#wishes = isInPlace ? { rotation: this.#wishes.rotation } : noWishes
  }

  /** Drops what the handler did to the data, after it failed; a destroy or a rotation stays. */
  forgetData(): void {
    this.#wishes = { rotation: this.#wishes.rotation, failed: true }
    this.#edits.abandon()
  }
}
