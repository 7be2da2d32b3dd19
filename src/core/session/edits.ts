import type { ValueCodec } from '../record/codec.ts'
import type { Contents } from '../record/record.ts'
import { copyValues, KeptValues } from '../record/kept-values.ts'
import { committedError, SessionValueError } from '../errors.ts'
import { kindOf } from '../options.ts'
import { contentsAsStored, type Loaded } from '../record/standing.ts'
import { applyChange, replay, type Change } from './changes.ts'
import { FlashMessages } from './flash-messages.ts'
import { HandedOut } from './handed-out.ts'
import type { StateOptions } from './state-options.ts'

/**
 * The data of one request: what the app sees of it, and what it has done to it, as changes that can be
 * done again on what others have written meanwhile.
 */
export class Edits {
  #values: Map<string, unknown>
  /** What other requests have as well: neither this nor an object in it may be changed, or get into the app's hands. */
  #shared: ReadonlyMap<string, unknown> | undefined
  readonly flash: FlashMessages
  readonly #codec: ValueCodec
  #stored: Contents | undefined
  /** Made when the app has an object. */
  #handedOut: HandedOut | undefined
  /** Whether the messages that the app sees are in a record. */
  #isStored: boolean
  /** Whether what is stored has more to it than `values` can hold: another release has written to it. */
  #isMore = false
  #changes: Change[] = []

  constructor({ contents, loaded, flashUse = 'all' }: StateOptions, codec: ValueCodec) {
    this.#values = contents?.values ?? new Map()
    this.#shared = contents?.isShared ? contents.values : undefined
    this.flash = new FlashMessages(contents?.flash, flashUse)
    this.#isStored = loaded !== undefined
    this.#codec = codec
    this.#stored = contents
  }

  /** What the app sees. Who hands out an object of it copies it first. */
  get values(): ReadonlyMap<string, unknown> {
    return this.#values
  }

  /** The same, to be changed. */
  get #own(): Map<string, unknown> {
    if (this.#values === this.#shared) this.#values = copyValues(this.#shared)
    return this.#values
  }

  /**
   * A value as the app gets it. An object is remembered as it was, to find changes made in place.
   *
   * @param isOver Whether the response was made: then it is too late to use a message up.
   */
  read(key: string, isOver: boolean): unknown {
    assertKey(key)
    if (!this.#values.has(key)) {
      if (isOver && this.flash.isUnread(key)) {
        throw committedError(
          `read the message "${key}" before the handler returns, or it would show again`,
        )
      }
      return this.flash.read(key)
    }
    const value = this.#values.get(key)
    if (typeof value !== 'object') return value
    this.#objects().add(key, value === this.#shared?.get(key))
    return this.#values.get(key)
  }

  #objects(): HandedOut {
    return (this.#handedOut ??= new HandedOut(this.#own, this.#codec))
  }

  /** Notes a change and shows it to the app at once. */
  change(change: Change): void {
    if (change.type !== 'clear') assertKey(change.key)
    if (change.type === 'flash') {
      this.#codec.check(change.key, change.value)
      this.flash.leave(change.key, change.value)
    } else {
      if (change.type === 'set') this.#codec.checkValue(change.key, change.value, this.#values)
      if (change.type === 'update') this.#pin(change.key)
      applyChange({ values: this.#own }, change, this.#codec)
      this.#forget(change)
    }
    this.#changes.push(change)
  }

  /** Before an update: what was done to the object so far becomes a note that nothing can change later. */
  #pin(key: string): void {
    const isNoted = this.#handedOut?.isNoted(key)
    if (!isNoted && !this.#handedOut?.isChanged(key)) return
    const value = this.#values.get(key)
    this.#codec.checkValue(key, value, this.#values)
    if (isNoted) this.#drop('set', key)
    this.#changes.push({ type: 'set', key, value: this.#codec.copy(value) })
  }

  #drop(type: 'set' | 'flash', key: string): void {
    this.#changes = this.#changes.filter((change) => change.type !== type || change.key !== key)
  }

  #forget(change: Change): void {
    if (change.type === 'clear') {
      this.flash.clear()
      this.#handedOut?.clear()
    } else if (change.type === 'set' && typeof change.value === 'object') {
      this.#objects().addNoted(change.key)
    } else {
      if (change.type === 'unset') this.flash.delete(change.key)
      this.#handedOut?.delete(change.key)
    }
  }

  keep(keys: readonly string[]): void {
    keys.forEach(assertKey)
    for (const key of this.flash.keep(keys, this.#isStored)) {
      this.change({ type: 'flash', key, value: this.flash.visible.get(key) })
    }
  }

  /** Undoes a flash of this request. */
  takeBack(key: string): void {
    assertKey(key)
    this.flash.takeBack(key)
    this.#drop('flash', key)
  }

  /** The session has ended: there is nothing to see. */
  clear(): void {
    this.#own.clear()
    this.flash.clear()
  }

  /** Whether the app changed anything. That it used a message up is for others to count. */
  get isChanged(): boolean {
    return this.#changes.length > 0 || !!this.#handedOut?.changedKeys().length
  }

  /**
   * The data after this request: its changes on what it read, or on what others have written since.
   *
   * @param loaded What the request began with.
   * @param base What is stored now.
   * @throws {SessionValueError} `ERR_SESSION_VALUE` if an object can no longer be stored.
   * @throws {SessionSchemaError} `ERR_SESSION_SCHEMA` if one does not fit the schema any more.
   */
  outcome(loaded: Loaded | undefined, base: Loaded | undefined): Contents {
    const changes = this.#allChanges()
    const isMine = base === loaded && !this.#isMore
    if (isMine || !base || !loaded) {
      // Nobody else has written: no change has to be made twice.
      const flash = this.flash.left(loaded && this.#stored?.flash, this.#changes)
      return { values: this.#values, flash }
    }
    const usedFlash = this.#asRead(loaded, [...this.flash.used().keys()])
    // It may be what other requests have as well.
    const stored = base.contents.isShared ? contentsAsStored(base, this.#codec) : base.contents
    return replay(stored, { changes, usedFlash }, this.#codec)
  }

  /** These flash messages as they were read: the app may have changed them in place. */
  #asRead(loaded: Loaded, keys: readonly string[]): Map<string, unknown> {
    if (keys.length === 0) return new Map()
    const { flash } = contentsAsStored(loaded, this.#codec)
    return new Map(keys.map((key) => [key, flash.get(key)]))
  }

  /** Everything the request did to the data, with a `set` for each object that was changed in place. */
  #allChanges(): Change[] {
    for (const [key, value] of this.flash.pending) this.#codec.check(key, value)
    if (!this.#handedOut) return this.#changes
    this.#handedOut.checkNoted()
    const inPlace = this.#handedOut.changedKeys().map((key): Change => {
      const value = this.#values.get(key)
      this.#codec.checkValue(key, value, this.#values)
      this.#own.set(key, value)
      return { type: 'set', key, value }
    })
    return [...this.#changes, ...inPlace]
  }

  /**
   * Starts over from what was just saved.
   *
   * @param isOver Whether the app is done with the session: then it sees what was stored, as it was stored.
   */
  settle(saved: Loaded, isOver: boolean): void {
    const { contents } = saved
    const { values } = contents
    this.#changes = []
    this.#stored = contents
    this.#isStored = true
    this.flash.settle()
    if (values !== this.#values) this.#adopt(values, isOver)
    // The app has no object that it could go on changing.
    else if (this.#shared && !this.#handedOut) {
      contents.isShared = true
      this.#shared = values
    }
    this.#isMore = values instanceof KeptValues && values.constructor !== this.#values.constructor
    if (isOver) return
    // What a codec or a schema shows is not what is written.
    const isOther = !this.#codec.isPlain || this.#values instanceof KeptValues
    this.#handedOut?.printAgain(
      isOther ? this.#values : contentsAsStored(saved, this.#codec).values,
    )
  }

  #adopt(values: ReadonlyMap<string, unknown>, isOver: boolean): void {
    const mine = new Map(this.#values)
    const shared = this.#shared
    const own = this.#own
    // The app may have an object of these.
    this.#shared = undefined
    own.clear()
    for (const [key, value] of values) {
      const seen = mine.get(key)
      // The app may have the object and go on changing it, but never one that other requests have as well.
      const isMine = !isOver && seen !== shared?.get(key)
      own.set(key, isMine && this.#codec.isSame(key, seen, value) ? seen : value)
    }
    if (own instanceof KeptValues && values instanceof KeptValues) own.adopt(values)
  }

  /** Drops what was done to the data, after the handler failed. */
  abandon(): void {
    this.#changes = []
    this.flash.useNoMore()
    this.#handedOut?.clear()
  }
}

/** Another key would be one thing in this request, and another when it comes back from JSON. */
export function assertKey(key: unknown): void {
  if (typeof key === 'string') return
  throw new SessionValueError(String(key), `its key must be a string, and not ${kindOf(key)}`)
}
