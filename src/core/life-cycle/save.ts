import { SessionConflictError } from '../errors.ts'
import { parseSessionId } from '../record/id.ts'
import type { SessionRecord } from '../record/record.ts'
import { contentsOf, type Loaded } from '../record/standing.ts'
import { andThen, type MaybePromise } from '../runtime/maybe-promise.ts'
import { pause } from '../runtime/pause.ts'
import { warnOnce } from '../runtime/platform.ts'
import type { SessionState } from '../session/session-state.ts'
import type { LostReason } from '../session/start.ts'
import { KeyedQueue } from '../store/keyed-queue.ts'
import { confirmLogin, enterGroup, forgettingRefused, type Written } from './confirm-login.ts'
import {
  type Admission,
  claimsOf,
  importedLogin,
  type Home,
  type Lost,
  type Refusal,
} from './home.ts'
import {
  type Basis,
  nextRecord,
  nextRecordOfPrevious,
  serializeRecord,
  withPreviousRetired,
} from './next-record.ts'
import type { StorageContext } from './storage-options.ts'

/** Tries before giving up, with longer and longer pauses between them. */
const maxAttempts = 30

function warnOfOldCookies(): void {
  warnOnce(
    'regenerateId(true) cannot end the old id where the cookie is the session: a copy of the old cookie works until its ' +
      'timeouts. Use the option revocations, or a storage on the server',
  )
}

/** The cookie value for the visitor: `''` for none, null to leave theirs alone. Undefined: somebody else was first. */
type Outcome = string | null | undefined

/**
 * The one place that writes sessions. Every write is a compare-and-swap on the version that was read: if
 * somebody wrote in between, the request's changes are done again on what they wrote.
 *
 * What every save does makes no promise where nothing waits: the promises of its steps were a quarter of all that a
 * request left to the garbage collector. What few saves do, waits as it is easiest to read.
 */
export class SessionWriter {
  readonly #context: StorageContext
  readonly #home: Home
  /** Where those who lost a race wait for each other: within a process they need not race again. */
  readonly #losers = new KeyedQueue()

  constructor(context: StorageContext, home: Home) {
    this.#context = context
    this.#home = home
  }

  /** Saves what the request did. Returns the cookie value that the visitor should have now. */
  save(state: SessionState): MaybePromise<string | null> {
    if (state.destroyed) return this.#end(state)
    return this.#isWorthWriting(state) ? this.#save(state) : null
  }

  #save(state: SessionState): MaybePromise<string | null> {
    // A session of its own would take the place of the newer cookie; a login or a kill is worth that.
    if (state.retiredFrom !== undefined && state.loaded === undefined) {
      if (state.wishes.rotation !== 'kill') return this.#interrupt(state, 'rotated')
    }
    const claims = this.#home.isRevoked && claimsOf(state)
    if (claims === undefined) return this.#write(state)
    return andThen(this.#home.isRevoked!(claims), (isRevoked) =>
      isRevoked ? this.#interrupt(state, 'revoked') : this.#write(state),
    )
  }

  /** A change, or a use that is to be noted. */
  #isWorthWriting(state: SessionState): boolean {
    if (state.isWorthWriting || state.wishes.noteUse) return true
    if (!state.isUse) return false
    const { lifetime, now } = this.#context
    return state.loaded !== undefined && lifetime.isTouchDue(state.loaded.record, now())
  }

  async #end(state: SessionState): Promise<'' | null> {
    const seen = state.loaded?.record
    // Also under an id that ended a moment ago: who asks to be logged out, is.
    const handle = seen?.handle ?? state.retiredFrom
    if (handle === undefined) return state.hadCookie ? '' : null
    await this.#home.end(handle, seen)
    this.#context.events.emit({ type: 'destroyed', handle, userId: seen?.owner })
    return ''
  }

  #write(state: SessionState): MaybePromise<string | null> {
    const { loaded } = state
    const now = this.#context.now()
    const isStale = loaded !== undefined && loaded.expiresAt <= now
    // Others may have kept the session alive while the handler ran.
    const base = isStale ? this.#home.reload(loaded) : loaded
    const outcome = andThen<Loaded | Lost | undefined, Outcome>(base, (found) =>
      this.#attempt(state, found, now),
    )
    return andThen(outcome, (value) => (value === undefined ? this.#lineUp(state, loaded) : value))
  }

  /** Somebody else was first. */
  #lineUp(state: SessionState, loaded: Loaded | undefined): Promise<string | null> {
    return this.#losers.run(loaded?.record.handle ?? state.handle, () => this.#retry(state, loaded))
  }

  /** Does the changes again on what others have written, until nobody interferes. */
  async #retry(state: SessionState, loaded: Loaded | undefined): Promise<string | null> {
    for (let attempt = 1; attempt < maxAttempts; attempt++) {
      const { events } = this.#context
      if (events.watched) events.emit({ type: 'conflict', handle: state.handle, attempt })
      if (attempt > 1) await pause(attempt)
      if (loaded === undefined) state.startAnew()
      const base = loaded && (await this.#home.reload(loaded))
      // Somebody else's write was a use as well: then there is nothing left to note.
      if (base !== undefined && !('lost' in base) && !state.dirty) return null
      const outcome = await this.#attempt(state, base, this.#context.now())
      if (outcome !== undefined) return outcome
    }
    throw new SessionConflictError(maxAttempts)
  }

  /** One try, on what is stored now. */
  #attempt(
    state: SessionState,
    base: Loaded | Lost | undefined,
    now: number,
  ): MaybePromise<Outcome> {
    const { login, rotation } = state.wishes
    if (base !== undefined && 'lost' in base) {
      // A login is worth a session of its own: it would get one if it came a moment later.
      if (base.lost === 'rotated' && login !== undefined) return this.#logInApart(state)
      return this.#interrupt(state, base.lost)
    }
    if (base === undefined) return this.#writeCurrent(state, base, now)
    // Locked, it takes a login and nothing else.
    const isLocked = login && this.#context.lifetime.isWaiting?.(base.record, now)
    if (base.expiresAt <= now && !isLocked) return this.#interrupt(state, 'gone')
    if (base.by === 'current') return this.#writeCurrent(state, base, now)
    // These end the id even if its grace is over here: by the clock of another server it may go on.
    if (login !== undefined) return this.#logInApart(state, base)
    if (rotation === 'kill') {
      // What its holder did goes with it: the record belongs to what came after.
      const ended = this.#endPrevious(base)
      return andThen(ended, (saved) => saved && this.#interrupt(state, 'rotated'))
    }
    if (base.record.previous!.until <= now) return this.#interrupt(state, 'rotated')
    const putting = this.#put(nextRecordOfPrevious(this.#context, state, base), base)
    return andThen(putting, (saved) => {
      if (saved === undefined) return undefined
      this.#accept(state, saved)
      return null
    })
  }

  /** Writes as the holder of the record's id, or a new record. */
  #writeCurrent(state: SessionState, base: Loaded | undefined, now: number): MaybePromise<Outcome> {
    return andThen<Admission, Outcome>(this.#home.admit?.(state, base), (endsSeen) => {
      if (typeof endsSeen === 'string') return this.#interrupt(state, endsSeen)
      const isRotated = base === undefined || state.wishes.rotation !== undefined
      const proof = isRotated ? this.#home.proofOf(secretOf(state)) : base.record.secretHash
      return andThen(proof, (secretHash) =>
        this.#writeNext(state, { base, secretHash, endsSeen, now }),
      )
    })
  }

  #writeNext(state: SessionState, basis: Basis): MaybePromise<Outcome> {
    const { base } = basis
    const record = nextRecord(this.#context, state, basis)
    const isOfGroup = state.wishes.login?.group !== undefined
    const entering = isOfGroup ? enterGroup(this.#home, state) : undefined
    if (!this.#home.remembersIds) {
      record.previous = record.retired = undefined
      const { rotation, login } = state.wishes
      const isNewId = base !== undefined && rotation === 'kill' && login === undefined
      if (isNewId && this.#home.confirmId === undefined) warnOfOldCookies()
    }
    const putting = andThen<void, Loaded | undefined>(entering, () => this.#put(record, base))
    return andThen(putting, (saved) => {
      return saved && this.#finish(state, { saved, over: base && { before: base, after: saved } })
    })
  }

  /**
   * A login under an id that has its successor goes on as a session of its own, with what that id could
   * see: refusing it would show a right password as wrong. It is written first, so that a failure leaves
   * the visitor with the id they had.
   *
   * @param base What is stored now, if the id is still readable: then it ends.
   */
  async #logInApart(state: SessionState, base?: Loaded): Promise<Outcome> {
    const from = base ?? state.loaded!
    if (state.handle === from.record.handle) state.startAnew()
    const endsSeen = await this.#home.admit?.(state, from)
    if (typeof endsSeen === 'string') return this.#interrupt(state, endsSeen)
    const secretHash = await this.#home.proofOf(secretOf(state))
    const now = this.#context.now()
    const record = nextRecord(this.#context, state, { base: from, secretHash, endsSeen, now })
    record.previous = record.retired = undefined
    if (state.wishes.login?.group !== undefined) await enterGroup(this.#home, state)
    const saved = await this.#put(record, undefined)
    if (saved === undefined) return undefined
    let after: Loaded | undefined
    try {
      after = base && (await this.#endPrevious(base))
    } finally {
      if (base !== undefined && after === undefined) await this.#home.delete(saved.record.handle)
    }
    if (base === undefined) return this.#finish(state, { saved })
    return after && this.#finish(state, { saved, over: { before: base, after } })
  }

  /** The session is written. A login stands only if nothing was said against it meanwhile. */
  #finish(state: SessionState, written: Written): MaybePromise<Outcome> {
    const { saved } = written
    const login = state.wishes.login ?? (state.imported && importedLogin(state))
    const former = state.loaded?.record.handle ?? state.retiredFrom
    const confirming =
      login === undefined
        ? this.#home.confirmId?.(state, saved)
        : confirmLogin(this.#home, login, { ...written, former })
    const refusing = confirming && forgettingRefused(state, confirming)
    return andThen<Refusal | undefined, Outcome>(refusing, (refusal) => {
      this.#accept(state, saved)
      return refusal === undefined
        ? this.#home.valueOf(state.id, saved.text)
        : this.#interrupt(state, refusal)
    })
  }

  /** The id before may read nothing any more. */
  #endPrevious(base: Loaded): MaybePromise<Loaded | undefined> {
    return this.#put(withPreviousRetired(this.#context, base.record), base)
  }

  /** One compare-and-swap. Undefined if somebody else was first. */
  #put(record: SessionRecord, base: Loaded | undefined): MaybePromise<Loaded | undefined> {
    const by = base?.by ?? 'current'
    const text = serializeRecord(this.#context, record, by === 'current')
    const expiresAt = this.#context.lifetime.end(record)
    const written = this.#home.write({ record, text, expiresAt }, base?.version ?? null)
    return andThen(written, (version) =>
      version === undefined
        ? undefined
        : { record, version, text, expiresAt, by, contents: contentsOf(record, by) },
    )
  }

  /** Tells what a save has done, and starts over from it. */
  #accept(state: SessionState, saved: Loaded): void {
    const { events } = this.#context
    const { record, by } = saved
    if (events.watched) {
      const about = { handle: record.handle, userId: record.owner }
      const { rotation, login } = state.wishes
      const isNew = state.loaded?.record.handle !== record.handle
      const isRotated = !isNew && by === 'current' && rotation !== undefined
      if (isNew) events.emit({ type: 'created', ...about })
      if (isRotated) events.emit({ type: 'rotated', ...about })
      if (login !== undefined) events.emit({ type: 'login', ...about })
      events.emit({ type: 'saved', ...about })
    }
    state.settle(saved)
  }

  /**
   * Gives up: the session ended, or its id did, while the request ran. The visitor's cookie is left alone:
   * by now the browser may hold the cookie of a login that came after, under the same name.
   */
  #interrupt(state: SessionState, reason: LostReason): null {
    const { handle, owner: userId } = state.loaded?.record ?? {}
    state.lose(reason)
    this.#context.events.emit({ type: 'interrupted', handle, userId, reason })
    return null
  }
}

function secretOf({ id }: SessionState): string {
  return parseSessionId(id)!.secret
}
