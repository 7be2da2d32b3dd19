import { noValues } from '../record/kept-values.ts'
import type { LoginContext } from '../record/login-context.ts'
import type { Loaded } from '../record/standing.ts'
import type { MaybePromise } from '../runtime/maybe-promise.ts'
import { assertKey } from './edits.ts'
import { FlashMessages } from './flash-messages.ts'
import { LoginRequiredError } from './login-required.ts'
import { SessionState } from './session-state.ts'
import type { StateOptions, Writer } from './state-options.ts'
import { stateIn } from './state-of.ts'

/** What may be told of a locked session. */
export interface LockInfo {
  /** Who has to prove who they are. */
  readonly userId: string
  /** The level that the session has again after that, unless `reauthenticate({ level })` says another one. */
  readonly level: number | undefined
  /** What the app noted of the client at the login. */
  readonly context: LoginContext | undefined
  /** When the session ends although it waits, in milliseconds since the epoch. */
  readonly expiresAt: number
}

/** A session that was not used for its idle timeout. Until its user proves who they are, it shows nothing and takes no change. */
export class LockedState extends SessionState {
  readonly #waitsUntil: number
  readonly #noFlash = new FlashMessages(undefined, 'none')
  #isOpen = false
  /** Whether that was saved: then an error that comes later locks nothing. */
  #isSaved = false

  constructor(options: StateOptions, now: () => number) {
    // Nobody has seen the messages yet, and the visit is no use.
    super({ ...options, flashUse: 'none', isUse: false }, now)
    this.#waitsUntil = options.expiresAt
  }

  get lock(): LockInfo | undefined {
    if (this.#isOpen || this.destroyed) return undefined
    const { owner, terms } = this.loaded!.record
    const { level, context } = terms ?? {}
    return { userId: owner!, level, context: Object.freeze(context), expiresAt: this.#waitsUntil }
  }

  override get userId(): string | undefined {
    return this.#isOpen ? super.userId : undefined
  }

  override get values(): ReadonlyMap<string, unknown> {
    return this.#isOpen ? super.values : noValues
  }

  override get flash(): FlashMessages {
    return this.#isOpen ? super.flash : this.#noFlash
  }

  override get expiresAt(): number {
    return this.#isOpen && this.#isSaved ? super.expiresAt : this.#waitsUntil
  }

  override read(key: string): unknown {
    if (this.#isOpen) return super.read(key)
    this.look()
    assertKey(key)
    return undefined
  }

  override assertOpen(): void {
    super.assertOpen()
    if (!this.#isOpen) throw new LoginRequiredError('locked')
  }

  /** Every login unlocks the session, also that of another user; and so does `reauthenticate()`. */
  override logIn(login: Parameters<SessionState['logIn']>[0]): void {
    this.#open()
    super.logIn(login)
  }

  override destroy(): void {
    if (!this.destroyed) this.#open()
    super.destroy()
  }

  #open(): void {
    super.assertOpen()
    this.#isOpen = true
  }

  /** While the session is locked nothing is saved, not even that its cookie is to be sent again. */
  override saveWith(writer: Writer<SessionState>): MaybePromise<string | null> {
    return this.#isOpen || this.destroyed ? super.saveWith(writer) : null
  }

  override settle(loaded: Loaded): void {
    this.#isSaved = true
    super.settle(loaded)
  }

  override forgetLogin(): void {
    this.#lockAgain()
    super.forgetLogin()
  }

  override forgetData(): void {
    this.#lockAgain()
    super.forgetData()
  }

  #lockAgain(): void {
    this.#isOpen = this.#isSaved
  }
}

/** Tells of a session that is locked whose it is: see `createSessionLock()`. Undefined of every other one. */
export function lockOf(session: object): LockInfo | undefined {
  const state = stateIn(session) as (SessionState & Partial<Pick<LockedState, 'lock'>>) | undefined
  // The page depends on it, also where the session is not locked.
  state?.look()
  return state?.lock
}
