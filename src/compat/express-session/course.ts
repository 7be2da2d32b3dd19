import type { IncomingMessage } from 'node:http'
import { committedError, destroyedError } from '../../core/errors.ts'
import type { Commit } from '../../core/serving/commit.ts'
import type { Visit } from '../../core/serving/visit.ts'
import type { Session as CoreSession } from '../../core/session/session.ts'
import type { SessionState } from '../../core/session/session-state.ts'
import { stateOf } from '../../core/session/state-of.ts'
import { warnOnce } from '../../core/runtime/platform.ts'
import { promised } from '../parts/express-store.ts'
import { isOnServer } from '../parts/on-server.ts'
import { isSame, noteDifferences, type Texts, textsOf } from './data.ts'
import { finish } from './finish.ts'
import { type Course, type Done, notLoaded, type Session, type SessionRequest } from './session.ts'
import type { Setup } from './setup.ts'
import { ShownSession } from './shown-session.ts'

/** One request's session: what the app sees of it, noted on the core's session whenever it is saved. */
export class RequestCourse implements Course {
  readonly #setup: Setup
  readonly #request: IncomingMessage & SessionRequest
  readonly #visit: Visit<CoreSession>
  #shown: ShownSession
  /** What the session held when the request came. */
  readonly #found: Texts
  /** Objects that the app had before the session ended, or before it was begun anew. */
  readonly #over = new WeakSet<object>()
  /** Whether the session, as it was noted last, differs from what was found, or its id does. */
  #isModified = false
  #isRenewed = false
  #isEnded = false
  #wasLookedAt = false
  #closing: Promise<Commit> | undefined
  /** Whether saving for the response has failed. The app's error page is sent then, and saves nothing. */
  #hasFailed = false

  constructor(setup: Setup, request: IncomingMessage, visit: Visit<CoreSession>) {
    this.#setup = setup
    this.#request = request
    this.#visit = visit
    this.#shown = new ShownSession(setup, request, this.#state)
    this.#found = this.#shown.texts
  }

  get #state(): SessionState {
    return stateOf(this.#visit.session)
  }

  get id(): string {
    return this.#state.id
  }

  /** What handlers have as `req.session`. From now on the response depends on it. */
  look(): Session {
    this.#state.look()
    this.#wasLookedAt = true
    return this.#shown.session
  }

  save(session: object, done: Done): void {
    finish(async () => {
      if (this.#over.has(session)) throw destroyedError()
      if (this.#closing !== undefined) return this.#saveLate(session)
      await this.#state.whenIdle(() => {
        this.#note(session)
        this.#live(false)
        return this.#setup.storage.save(this.#visit.session)
      })
    }, done)
  }

  reload(done: Done): void {
    finish(async () => {
      const { value } = this.#visit
      if (value === null || this.#state.wishes.rotation !== undefined) throw notLoaded()
      const state = stateOf(await this.#setup.storage.read(value))
      if (state.loaded === undefined) throw notLoaded()
      this.#show(state)
    }, done)
  }

  regenerate(done: Done): void {
    finish(async () => {
      await this.#endOld()
      await this.#state.whenIdle(() => this.generate())
    }, done)
  }

  generate(): void {
    const state = this.#state
    // What the object of before was asked for later is still its own id.
    void this.#shown.session.id
    state.change({ type: 'clear' })
    state.rotate('kill')
    this.#over.add(this.#shown.session)
    this.#isModified = this.#isRenewed = true
    this.#show(state)
  }

  destroy(session: object, done: Done): void {
    delete this.#request.session
    finish(async () => {
      if (this.#over.has(session)) return
      this.#over.add(session)
      if (this.#closing === undefined) this.#isEnded = true
      const ending = this.#isEnded ? this.#visit.session : await this.#readLate()
      await stateOf(ending).whenIdle(() => {
        ending.destroy()
        return this.#setup.storage.save(ending)
      })
      await this.#endOld()
    }, done)
  }

  /** Saves, for the response. */
  close(): Promise<Commit> {
    this.#closing ??= this.#state
      .whenIdle(() => this.#close())
      .catch((error: unknown) => {
        this.#hasFailed = true
        throw error
      })
    return this.#closing
  }

  async #close(): Promise<Commit> {
    if (this.#isEnded) return this.#end()
    if (hasNoId(this.#request)) return this.#isRenewed ? this.#end() : this.#visit.fail()
    if (this.#wasLookedAt || !Object.hasOwn(this.#request, 'session')) {
      const session = this.#request.session as Session | null | undefined
      if (session === undefined || session === null) {
        // After regenerate() the session of before has ended, and the new one is not wanted.
        const isOver = this.#setup.isUnsetDestroy || this.#isRenewed
        return isOver ? this.#end() : this.#visit.fail()
      }
      this.#note(session)
    }
    const { cookie } = this.#shown
    cookie.maxAge = cookie.originalMaxAge
    const hasEnd = cookie.expires !== null && cookie.expires !== undefined
    const again = this.#setup.isRolling || (hasEnd && this.#isModified)
    const end = this.#live(again)
    const { attributes } = this.#shown
    const commit = await this.#visit.close({ attributes, again })
    warnOfTimeout(this.#state, end)
    return this.#shown.sent(commit)
  }

  async #end(): Promise<Commit> {
    this.#visit.session.destroy()
    const { attributes } = this.#shown
    const commit = await this.#visit.close({ attributes })
    await this.#endOld()
    return commit
  }

  /** The session that express-session had ends with ours. */
  async #endOld(): Promise<void> {
    const { from } = this.#shown
    const { oldStore } = this.#setup
    if (from !== undefined && oldStore !== undefined) {
      await promised((end) => oldStore.destroy(from, end))
    }
  }

  /** Notes what the app did to its object. */
  #note(session: object): void {
    const state = this.#state
    const now = textsOf(session, state.codec)
    noteDifferences(state, this.#shown.texts, now)
    this.#shown.texts = now
    // What was set, saved and set back is as it was.
    this.#isModified = this.#isRenewed || !isSame(this.#found, now)
    this.#shown.noteCookie(state)
  }

  /** The session lives as long as its cookie, from each use that is written. */
  #live(isSent: boolean): number | undefined {
    const state = this.#state
    const isUsed = state.loaded !== undefined && (isSent || this.#shown.isDue(state))
    const end = isUsed || state.isUnsaved ? this.#shown.endOf(state) : undefined
    if (end !== undefined) state.wish({ endsBy: end })
    return end
  }

  #show(state: SessionState): void {
    this.#shown = new ShownSession(this.#setup, this.#request, state)
    this.#request.session = this.#shown.session
  }

  /** Saves what the app has changed on its object since the response was made. */
  async finish(): Promise<void> {
    const { session } = this.#request
    if (this.#isEnded || typeof session !== 'object' || session === null) return
    try {
      await this.#saveLate(session)
    } catch (error) {
      // As before the response: what has ended meanwhile takes no change, and nobody is to blame.
      if ((error as { code?: unknown }).code !== 'ERR_SESSION_DESTROYED') throw error
    }
  }

  /** Whether the response was made already, and the app has changed its object since. */
  get isChangedLate(): boolean {
    const isOver = this.#isEnded || this.#hasFailed
    if (this.#closing === undefined || isOver || !this.#wasLookedAt) return false
    const { session } = this.#request
    if (typeof session !== 'object' || session === null) return false
    return !isSame(this.#shown.texts, textsOf(session, this.#state.codec))
  }

  /** After the response was made, what was changed is noted on the session as it is stored by now. */
  async #saveLate(session: object): Promise<void> {
    const late = await this.#readLate()
    const state = stateOf(late)
    const now = textsOf(session, state.codec)
    noteDifferences(state, this.#shown.texts, now)
    this.#shown.texts = now
    const end = this.#shown.endOf(state)
    if (end !== undefined && state.isUnsaved) state.wish({ endsBy: end })
    await this.#setup.storage.save(late)
  }

  async #readLate(): Promise<CoreSession> {
    await this.#closing
    const { value } = this.#visit
    const { storage } = this.#setup
    if (value === null || !isOnServer(storage)) {
      throw committedError('change it before the response leaves')
    }
    const late = await storage.read(value)
    if (stateOf(late).loaded === undefined) throw destroyedError()
    return late
  }
}

/** Whether the app has put something there that is no id. Asking for ours would make one. */
function hasNoId(request: SessionRequest): boolean {
  const { value = '' } = Object.getOwnPropertyDescriptor(request, 'sessionID') ?? {}
  return typeof value !== 'string'
}

/** Said once: the app would wonder why its visitors have to log in again. */
function warnOfTimeout({ loaded, now }: SessionState, end: number | undefined): void {
  if (loaded === undefined || end === undefined || loaded.record.createdAt + 1000 < now()) return
  if (end - loaded.expiresAt > 1000) {
    warnOnce(
      'A session ends before its cookie, whose maxAge is longer than the timeouts of the storage: ' +
        'give the storage an idleTimeout and an absoluteTimeout, in seconds, that are as long',
    )
  }
}
