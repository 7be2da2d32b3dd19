import { applyChange, same, type Change } from './changes.ts'
import { type ValueCodec, plainCodec } from '../record/codec.ts'
import { SessionError } from '../errors.ts'
import { FlashMessages, type FlashUse } from './flash-messages.ts'
import { HandedOut } from './handed-out.ts'
import { createHandle, createSecret, joinSessionId, parseSessionId } from '../record/id.ts'
import type { Branch, SessionRecord } from '../record/record.ts'

/** What was read from a store, or written to it, and by which of its ids. */
export interface Loaded {
  record: SessionRecord
  version: string
  /** The record as the store has it: what `record` was before the app changed objects in place. */
  text: string
  /** Whether the id is the record's, or the one before it, in its grace. */
  branch: 'current' | 'previous'
}

export interface StateOptions {
  id?: string | undefined
  loaded?: Loaded | undefined
  /** What the id may see. */
  branch?: Branch | undefined
  codec?: ValueCodec
  flashUse?: FlashUse
  /** Whether the visitor sent a cookie value, good or bad. */
  hadCookie?: boolean
  /** Whether the visitor's id was rotated out just now. */
  retired?: boolean
  /** If another library began it: whose it was there. */
  imported?: { owner: string | undefined } | undefined
  createdAt: number
  expiresAt: number
}

export interface Login {
  userId: string
  label: string | undefined
  /** When, in milliseconds since the epoch. */
  at: number
}

/**
 * What one request knows of its session and has done to it. `Session` is its public face;
 * storages and middleware work on this.
 */
export class SessionState {
  #id: string | undefined
  #handle: string | undefined
  loaded: Loaded | undefined
  /** What the app sees. */
  readonly values: Map<string, unknown>
  readonly flash: FlashMessages
  readonly codec: ValueCodec
  readonly hadCookie: boolean
  readonly retired: boolean
  readonly imported: { owner: string | undefined } | undefined
  createdAt: number
  expiresAt: number
  changes: Change[] = []
  /** `kill` ends the old id at once, `grace` leaves it readable for a while. */
  rotation: 'grace' | 'kill' | undefined
  login: Login | undefined
  destroyed = false
  /** Set when the response is being made: no change can reach it any more. */
  committed = false
  /** Set while a save is under way: a change would be taken for saved and not be. */
  saving: Promise<unknown> | undefined
  /** The cookie value that a save by the handler itself asked for, so that the response carries it. */
  issued: string | undefined
  /** Set to note this use of the session even if no change and no tenth of the idle timeout asks for it. */
  touched = false
  /** When the session is to end at the latest, in milliseconds since the epoch, if this request says so. */
  endsBy: number | undefined
  /** Whether the app looked at the session, so that the response depends on the cookie. */
  accessed = false
  /** Set when a handler failed: `values` is no longer what the store holds. */
  dataForgotten = false
  readonly now: () => number

  readonly #handedOut: HandedOut

  constructor(options: StateOptions, now: () => number) {
    this.#id = options.id
    // The record's own: cut out of the id, it would keep the whole id in memory, secret and all.
    this.#handle = options.loaded?.record.handle
    this.loaded = options.loaded
    this.codec = options.codec ?? plainCodec
    this.hadCookie = options.hadCookie ?? false
    this.retired = options.retired ?? false
    this.imported = options.imported
    this.createdAt = options.createdAt
    this.expiresAt = options.expiresAt
    this.now = now
    this.values = options.branch?.values ?? new Map()
    this.#handedOut = new HandedOut(this.values, this.codec)
    this.flash = new FlashMessages(options.branch?.flash, options.flashUse ?? 'all')
  }

  /** Made when it is first needed: most visitors who come without a cookie never get one. */
  get id(): string {
    if (this.#id === undefined) this.renew()
    return this.#id!
  }

  get handle(): string {
    if (this.#id === undefined) this.renew()
    return (this.#handle ??= parseSessionId(this.#id!)!.handle)
  }

  get userId(): string | undefined {
    if (this.destroyed) return undefined
    return this.login?.userId ?? this.loaded?.record.owner ?? this.imported?.owner
  }

  /** A value as the app gets it. An object is remembered as it was, to find changes made in place. */
  read(key: string): unknown {
    this.accessed = true
    if (!this.values.has(key)) return this.flash.read(key)
    const value = this.values.get(key)
    this.#handedOut.add(key, value)
    return value
  }

  /** Notes a change and shows it to the app at once. */
  change(change: Change): void {
    this.assertOpen()
    if (change.type === 'flash') {
      this.codec.check(change.key, change.value)
      this.flash.pending.set(change.key, change.value)
    } else {
      if (change.type === 'set') this.codec.check(change.key, change.value)
      if (change.type === 'update') this.#pin(change.key)
      applyChange({ values: this.values, flash: this.flash.visible }, change, this.codec)
      this.#forget(change)
    }
    this.changes.push(change)
  }

  /** Before an update: what was done to the object so far becomes a note that nothing can change later. */
  #pin(key: string): void {
    const isNoted = this.#handedOut.isNoted(key)
    if (!isNoted && !this.#handedOut.isChanged(key)) return
    const value = this.values.get(key)
    this.codec.check(key, value)
    if (isNoted) {
      this.changes = this.changes.filter((change) => change.type !== 'set' || change.key !== key)
    }
    this.changes.push({ type: 'set', key, value: this.codec.copy(value) })
  }

  #forget(change: Change): void {
    if (change.type === 'clear') {
      this.flash.clear()
      this.#handedOut.clear()
    } else if (change.type === 'unset') {
      this.flash.delete(change.key)
      this.#handedOut.delete(change.key)
    } else if (change.type === 'set') {
      this.#handedOut.addNoted(change.key)
    } else {
      this.#handedOut.delete(change.key)
    }
  }

  keep(keys: Iterable<string>): void {
    this.assertOpen()
    for (const key of this.flash.keep(keys)) {
      this.change({ type: 'flash', key, value: this.flash.visible.get(key) })
    }
  }

  /**
   * Gives the session a new secret. The handle stays: it is the same session. Not so for a login with
   * an id in its grace: the record belongs to what came after, so that is a session of its own.
   */
  rotate(rotation: 'grace' | 'kill'): void {
    this.assertOpen()
    const isOld = this.loaded?.branch === 'previous'
    // An id in its grace has had its successor already.
    if (isOld && rotation === 'grace') return
    this.rotation = this.rotation === 'kill' ? 'kill' : rotation
    if (isOld && this.login !== undefined) this.renew()
    else this.#id = joinSessionId({ handle: this.handle, secret: createSecret() })
  }

  /** From here on the session reads as empty. Once more does nothing. */
  destroy(): void {
    if (this.destroyed) return
    this.assertOpen()
    this.destroyed = true
    this.values.clear()
    this.flash.clear()
  }

  /** Undoes a flash of this request. */
  takeBack(key: string): void {
    this.flash.pending.delete(key)
    this.changes = this.changes.filter((change) => change.type !== 'flash' || change.key !== key)
  }

  /** A new id altogether, when a store already has something at the handle. */
  renew(): void {
    this.#handle = createHandle()
    this.#id = joinSessionId({ handle: this.#handle, secret: createSecret() })
  }

  /** @throws {SessionError} `ERR_SESSION_DESTROYED`, or `ERR_SESSION_COMMITTED` after the response was made. */
  assertOpen(): void {
    this.accessed = true
    if (this.destroyed) {
      throw new SessionError('ERR_SESSION_DESTROYED', 'Session has been destroyed')
    }
    if (this.committed || this.saving !== undefined) {
      throw new SessionError(
        'ERR_SESSION_COMMITTED',
        'The session was saved with the response: change it before the handler returns, not while the body streams',
      )
    }
  }

  /** The flash messages that this request uses up. */
  usedFlash(): Map<string, unknown> {
    return this.loaded === undefined ? new Map() : this.flash.used()
  }

  /** Whether saving would write something. */
  get dirty(): boolean {
    const isWorthKeeping = this.values.size > 0 || this.imported !== undefined
    return (
      this.changes.length > 0 ||
      (this.loaded === undefined && isWorthKeeping) ||
      this.rotation !== undefined ||
      this.endsBy !== undefined ||
      this.usedFlash().size > 0 ||
      this.#handedOut.changedKeys().length > 0
    )
  }

  /**
   * Everything the request did to the data, with a `set` for each object that was changed in place.
   *
   * @throws {SessionValueError} `ERR_SESSION_VALUE` if an object can no longer be stored.
   */
  allChanges(): Change[] {
    this.#handedOut.checkNoted()
    for (const [key, value] of this.flash.pending) this.codec.check(key, value)
    const inPlace = this.#handedOut.changedKeys().map((key): Change => {
      const value = this.values.get(key)
      this.codec.check(key, value)
      return { type: 'set', key, value }
    })
    return inPlace.length === 0 ? this.changes : [...this.changes, ...inPlace]
  }

  /** What is to be stored if nobody else has written since: no change has to be made twice. */
  outcome(usedFlash: ReadonlyMap<string, unknown>): Branch {
    const { record, branch } = this.loaded ?? {}
    const base = branch === 'previous' ? record?.previous?.branch : record
    return { values: this.values, flash: this.flash.left(base?.flash, usedFlash, this.changes) }
  }

  /** Starts over from what was just saved, so that the same object can be saved again. */
  settle(loaded: Loaded, branch: Branch, expiresAt: number): void {
    this.loaded = loaded
    this.expiresAt = expiresAt
    this.changes = []
    this.rotation = undefined
    this.login = undefined
    this.endsBy = undefined
    this.touched = false
    this.flash.settle()
    if (branch.values !== this.values) {
      const mine = new Map(this.values)
      this.values.clear()
      for (const [key, value] of branch.values) {
        // The app may have the object and go on changing it.
        const isMine =
          !this.committed && mine.has(key) && same(mine.get(key), value, key, this.codec)
        this.values.set(key, isMine ? mine.get(key) : value)
      }
    }
    if (!this.committed) this.#handedOut.printAgain()
  }

  /** Drops what the handler did to the data, after it failed; a destroy or a rotation stays. */
  forgetData(): void {
    this.dataForgotten = true
    this.changes = []
    this.login = undefined
    this.flash.settle()
    this.#handedOut.clear()
  }
}
