import type { Cookie } from '../cookie/cookie.ts'
import { configError, type EndReason } from '../errors.ts'
import type { EventEmitter, SessionEvent } from '../events.ts'
import { type Inside, insideOf, lookAgain } from '../life-cycle/watchable.ts'
import type { SessionStorage } from '../life-cycle/session-storage.ts'
import type { Loaded } from '../record/standing.ts'
import { isProduction, warn } from '../runtime/platform.ts'
import { eventsOf, receive, type VisitRequest } from '../serving/arrival.ts'
import type { Examine } from '../serving/check.ts'
import { notARequest } from '../serving/not-a-request.ts'
import { isOfOwnOrigin } from '../serving/own-origin.ts'
import { assertServable } from '../serving/servable.ts'
import type { SessionState } from '../session/session-state.ts'
import { stateOf } from '../session/state-of.ts'
import { WatchedConnection } from './connection.ts'
import type { LiveSettings } from './options.ts'
import { Slots } from './slots.ts'
import { viewOf, visitOf } from './view.ts'
import { Watch } from './watch.ts'

/** How many sessions are asked for at the same time: polling leaves the store to the requests. */
const looksAtOnce = 20

/** What ends a session at once, if it happens in this process. */
const endings: Readonly<Partial<Record<SessionEvent['type'], EndReason>>> = {
  revoked: 'revoked',
  destroyed: 'destroyed',
  login: 'rotated',
}

/** In place of a handle: something has happened to sessions that nobody could list. */
const unlisted = ''

/** The live connections of one storage in this process. */
export class LiveRegistry {
  readonly #cookie: Cookie
  readonly #storage: SessionStorage
  readonly #settings: LiveSettings
  readonly #events: EventEmitter
  readonly #inside: Inside
  readonly #check: Examine | undefined
  readonly #slots = new Slots(looksAtOnce)
  /** By the session's handle. */
  readonly #watches: Map<string, Set<Watch>> = new Map()
  /** Of each connection that is being opened: the sessions to which something has happened meanwhile. */
  readonly #openings: Set<Set<string>> = new Set()
  #hasWarned = false

  constructor(cookie: Cookie, storage: SessionStorage, settings: LiveSettings) {
    assertServable(cookie, storage)
    const events = eventsOf(storage)
    const inside = insideOf(storage)
    if (events === undefined || inside === undefined) {
      throw configError(
        'Live connections need a storage of coatcheck, such as createMemorySessionStorage(). This one cannot be asked ' +
          'whether a session still lives: if you have wrapped a storage of ours, spread it: { ...storage, save }',
      )
    }
    this.#cookie = cookie
    this.#storage = storage
    this.#settings = settings
    this.#events = events
    this.#inside = inside
    this.#check = settings.check?.ofStorage(storage)
    events.watch((event) => this.#tell(event))
  }

  /** The connection of a request, watched from now on. Undefined if there is no session, or for a page of others. */
  async open(request: VisitRequest): Promise<WatchedConnection | undefined> {
    if (typeof request?.headers?.get !== 'function') throw notARequest(request)
    if (!this.#isWelcome(request)) return undefined
    const changed = new Set<string>()
    this.#openings.add(changed)
    try {
      const source = { storage: this.#storage, events: this.#events, check: this.#check }
      const { session } = await receive(this.#cookie, source, request)
      const state = stateOf(session)
      const { loaded } = state
      // One that is locked shows nothing.
      if (loaded === undefined || loaded.expiresAt <= this.#events.now()) return undefined
      const connection = new WatchedConnection(viewOf(state, loaded))
      this.#watchOf(state, loaded).add(connection)
      try {
        if (this.#settings.noteUse) connection.noteUse()
        const isChanged = changed.has(state.handle) || changed.has(unlisted)
        if (this.#settings.noteUse || isChanged) await connection.check()
      } catch (error) {
        connection.close()
        throw error
      }
      return connection.isWatched ? connection : undefined
    } finally {
      this.#openings.delete(changed)
    }
  }

  #isWelcome(request: VisitRequest): boolean {
    const origin = request.headers.get('origin') ?? ''
    if (origin === '' || isOfOwnOrigin(request, origin)) return true
    if (this.#settings.isAllowed(origin)) return true
    this.#events.emit({ type: 'refused', reason: 'origin' })
    if (!this.#hasWarned && !isProduction()) {
      this.#hasWarned = true
      warn(
        `A live connection from a page of ${origin} was refused, because the request is for ${request.url.split('/', 3).join('/')}. ` +
          'If that page is yours, or a proxy changes the Host header, name its origin: ' +
          'createLiveSessions(cookie, storage, { allowedOrigins: […] })',
      )
    }
    return false
  }

  #watchOf(state: SessionState, loaded: Loaded): Watch {
    const { handle, secretHash } = loaded.record
    const same = this.#find(handle, secretHash)
    if (same !== undefined) return same
    const watch = new Watch(
      {
        ...this.#settings,
        now: () => this.#events.now(),
        look: (seen) => this.#slots.run(() => lookAgain(this.#inside, seen)),
        touch: (found) => this.#touch(state, found),
        moved: (moved) => this.#merge(moved),
        drop: (dropped) => this.#drop(dropped),
      },
      loaded,
    )
    const ofSession = this.#watches.get(handle) ?? new Set()
    this.#watches.set(handle, ofSession.add(watch))
    return watch
  }

  #find(handle: string, secretHash: string, but?: Watch): Watch | undefined {
    for (const watch of this.#watches.get(handle) ?? []) {
      if (watch !== but && watch.secretHash === secretHash) return watch
    }
    return undefined
  }

  #merge(moved: Watch): void {
    const same = this.#find(moved.handle, moved.secretHash, moved)
    if (same !== undefined) moved.mergeInto(same)
  }

  #drop(watch: Watch): void {
    const ofSession = this.#watches.get(watch.handle)
    ofSession?.delete(watch)
    if (ofSession?.size === 0) this.#watches.delete(watch.handle)
  }

  async #touch(state: SessionState, found: Loaded): Promise<Loaded> {
    // A cookie can only be written with a response.
    if (found.version === '') return found
    const session = visitOf(state, found)
    await this.#storage.save(session)
    return stateOf(session).loaded!
  }

  #tell({ type, handle, userId }: SessionEvent): void {
    const reason = endings[type]
    if (reason === undefined && type !== 'rotated') return
    if (handle === undefined) return this.#tellOfMany(userId)
    for (const changed of this.#openings) changed.add(handle)
    for (const watch of this.#watches.get(handle) ?? []) {
      if (reason === undefined) watch.lookUnawaited()
      else watch.end(reason)
    }
  }

  /** All sessions of a user were ended, or of all users, but for one perhaps. */
  #tellOfMany(userId: string | undefined): void {
    for (const changed of this.#openings) changed.add(unlisted)
    for (const watch of [...this.#watches.values()].flatMap((ofSession) => [...ofSession])) {
      if (userId === undefined || watch.userId === userId) watch.lookUnawaited()
    }
  }
}
