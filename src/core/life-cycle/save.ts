import { parseSessionId } from '../record/id.ts'
import type { Loaded } from '../record/standing.ts'
import { andThen, type MaybePromise } from '../runtime/maybe-promise.ts'
import { warnOnce } from '../runtime/platform.ts'
import type { SessionState } from '../session/session-state.ts'
import type { LostReason } from '../session/state-options.ts'
import { enterGroup, type WrittenLogin } from './confirm-login.ts'
import { claimsOf, importedLogin, type Home, type Lost } from './home.ts'
import { type Basis, nextRecord } from './next-record.ts'
import type { StorageContext } from './storage-options.ts'

function warnOfOldCookies(): void {
  warnOnce(
    'regenerateId(true) cannot end the old id where the cookie is the session: a copy works until its timeouts. ' +
      'Use the option revocations, or a storage on the server',
  )
}

/** The cookie value for the visitor: `''` for none, null to leave theirs alone. Undefined: somebody else was first. */
export type Outcome = string | null | undefined

/**
 * The one place that writes sessions. Every write is a compare-and-swap on the version that was read. What happens where somebody
 * wrote in between is in `contended-save.ts`.
 *
 * Most saves are plain changes, which ask nobody. They make no promise where the home waits for nothing: the promises
 * of a save were a quarter of all that a request left to the garbage collector. Every other save waits at each step.
 */
export class SessionWriter {
  protected readonly context: StorageContext
  protected readonly home: Home

  constructor(context: StorageContext, home: Home) {
    this.context = context
    this.home = home
  }

  /** Saves what the request did. Returns the cookie value that the visitor should have now. */
  save(state: SessionState): MaybePromise<string | null> {
    if (state.destroyed) return this.#end(state)
    const now = this.context.now()
    if (!this.#isWorthWriting(state, now)) return null
    const { loaded } = state
    const isLive = loaded?.by === 'current' && loaded.expiresAt > now
    const { isRevoked, admit, confirmId } = this.home
    // A new id asks for more than a plain write, and so does a home that may refuse the save.
    const more = state.wishes.rotation ?? isRevoked ?? admit ?? confirmId
    const isPlain = isLive && more === undefined
    return isPlain ? this.#writePlainChange(state, loaded, now) : this.#save(state, now)
  }

  /** A change, or a use that is to be noted. */
  #isWorthWriting(state: SessionState, now: number): boolean {
    if (state.isUnsaved || state.wishes.noteUse) return true
    const { loaded, isUse } = state
    return isUse && loaded !== undefined && this.context.lifetime.isTouchDue(loaded.record, now)
  }

  async #end(state: SessionState): Promise<'' | null> {
    const { loaded } = state
    const seen = loaded?.record
    // Also under an id that ended a moment ago: who asks to be logged out, is.
    const handle = seen?.handle ?? state.retiredFrom
    if (handle === undefined) return state.hadCookie ? '' : null
    await this.home.end(handle, loaded)
    this.context.events.emit({ type: 'destroyed', handle, userId: seen?.owner })
    return ''
  }

  /** What the holder of a live session's id has done to its data. */
  #writePlainChange(state: SessionState, base: Loaded, now: number): MaybePromise<string | null> {
    const { secretHash } = base.record
    const next = this.#next(state, { base, secretHash, endsSeen: undefined, now })
    const goOn = (version: string | undefined) => {
      if (version === undefined) return this.contend!(state, base)
      next.version = version
      return this.accept(state, next)
    }
    return andThen(this.home.write(next, base.version), goOn)
  }

  async #save(state: SessionState, now: number): Promise<string | null> {
    const { loaded } = state
    // A session of its own would take the place of the newer cookie; a login or a kill is worth that.
    if (state.retiredFrom !== undefined && loaded === undefined) {
      if (state.wishes.rotation !== 'kill') return this.interrupt(state, 'rotated')
    }
    const claims = this.home.isRevoked && claimsOf(state)
    if (claims && (await this.home.isRevoked!(claims))) return this.interrupt(state, 'revoked')
    const isStale = loaded !== undefined && loaded.expiresAt <= now
    // Others may have kept the session alive while the handler ran.
    const base = isStale ? await this.home.reload(loaded) : loaded
    const outcome = await this.attempt(state, base, now)
    return outcome === undefined ? this.contend!(state, loaded) : outcome
  }

  /** Saves once more, after somebody else was first. Left out where nobody else can be: the cookie is the record. */
  protected contend?(state: SessionState, loaded: Loaded | undefined): Promise<string | null>

  /** One try, on what is stored now. */
  protected async attempt(
    state: SessionState,
    base: Loaded | Lost | undefined,
    now: number,
  ): Promise<Outcome> {
    const former = this.tryFormer?.(state, base, now)
    if (former !== undefined) return former
    if (base !== undefined && 'lost' in base) return this.interrupt(state, base.lost)
    if (base && this.isGone(state, base, now)) return this.interrupt(state, 'gone')
    return this.#write(state, base, now)
  }

  /** The same try under an id that was rotated out. Undefined if the id was not, or has nothing of its own to save. */
  protected tryFormer?(
    state: SessionState,
    base: Loaded | Lost | undefined,
    now: number,
  ): Promise<Outcome> | undefined

  /** Whether the session is over for this save. A locked session is over for every save but that of a login. */
  protected isGone({ wishes }: SessionState, base: Loaded, now: number): boolean {
    const isLocked = wishes.login && this.context.lifetime.isWaiting?.(base.record, now)
    return base.expiresAt <= now && !isLocked
  }

  /** Writes as the holder of the record's id, or a new record. */
  async #write(state: SessionState, base: Loaded | undefined, now: number): Promise<Outcome> {
    const next = await this.prepare(state, base, now)
    if (typeof next === 'string') return this.interrupt(state, next)
    const { rotation, login } = state.wishes
    const isNewId = base !== undefined && rotation === 'kill' && login === undefined
    const isKnown = this.home.endedIds ?? this.home.confirmId
    if (isNewId && !isKnown) warnOfOldCookies()
    const saved = await this.put(next, base)
    return saved && this.finish(state, saved, base && { before: base, after: saved })
  }

  /** The record to write, of what this session goes on from; or why there may be none. */
  protected async prepare(
    state: SessionState,
    base: Loaded | undefined,
    now: number,
  ): Promise<Loaded | LostReason> {
    const endsSeen = await this.home.admit?.(state, base)
    if (typeof endsSeen === 'string') return endsSeen
    const { rotation, login } = state.wishes
    const isRotated = base === undefined || rotation !== undefined
    const secretHash = isRotated
      ? await this.home.proofOf(parseSessionId(state.id)!.secret)
      : base.record.secretHash
    const next = this.#next(state, { base, secretHash, endsSeen, now })
    if (login?.group !== undefined) await enterGroup(this.home, state)
    return next
  }

  #next(state: SessionState, basis: Omit<Basis, 'ids'>): Loaded {
    // One by one: on Node 20 spreading takes longer.
    const { base, secretHash, endsSeen, now } = basis
    // A session of its own has no ids from before.
    const isSame = base?.record.handle === state.handle
    const ids = isSame ? this.home.endedIds?.(this.context, state, { base, now }) : undefined
    return nextRecord(this.context, state, { base, secretHash, endsSeen, ids, now })
  }

  /** The session is written. A login stands only if nothing was said against it meanwhile. */
  protected async finish(
    state: SessionState,
    saved: Loaded,
    over?: WrittenLogin['over'],
  ): Promise<Outcome> {
    const login = state.wishes.login ?? (state.imported && importedLogin(state))
    const refusal =
      login === undefined
        ? await this.home.confirmId?.(state, saved)
        : await this.home.confirmLogin?.(this.home, state, { login, saved, over })
    const value = this.accept(state, saved)
    return refusal === undefined ? value : this.interrupt(state, refusal)
  }

  /** One compare-and-swap. Undefined if somebody else was first. */
  protected async put(next: Loaded, base: Loaded | undefined): Promise<Loaded | undefined> {
    const version = await this.home.write(next, base?.version ?? null)
    if (version === undefined) return undefined
    next.version = version
    return next
  }

  /** Tells what a save has done, and starts over from it. Returns what the visitor's cookie holds now. */
  protected accept(state: SessionState, saved: Loaded): string {
    const { events } = this.context
    const { record, by } = saved
    if (events.watched) {
      const about = { handle: record.handle, userId: record.owner }
      const { rotation, login } = state.wishes
      const isNew = state.loaded?.record.handle !== record.handle
      const isRotated = !isNew && by === 'current' && rotation !== undefined
      const types = [isNew && 'created', isRotated && 'rotated', login && 'login', 'saved'] as const
      for (const type of types) if (type) events.emit({ type, ...about })
    }
    state.settle(saved)
    // As it was read, it will be read again. Texts of a login may be parts of long ones.
    if (saved.contents.isShared && !state.wishes.logsIn) {
      this.context.records?.keep(saved.text, record)
    }
    return this.home.asValue?.(saved.text) ?? state.id
  }

  /**
   * Gives up: the session ended, or its id did, while the request ran. The visitor's cookie is left alone:
   * by now the browser may hold the cookie of a login that came after, under the same name.
   */
  protected interrupt(state: SessionState, reason: LostReason): null {
    const { handle, owner: userId } = state.loaded?.record ?? {}
    state.lose(reason)
    this.context.events.emit({ type: 'interrupted', handle, userId, reason })
    return null
  }
}
