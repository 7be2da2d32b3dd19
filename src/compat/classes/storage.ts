import { configError } from '../../core/errors.ts'
import { parseSessionId } from '../../core/record/id.ts'
import type { SessionData as Values, UntypedData } from '../../core/session/session.ts'
import { stateOf } from '../../core/session/state-of.ts'
import type { SessionState } from '../../core/session/session-state.ts'
import type {
  ServerSessionStorage,
  SessionStorage as CoreStorage,
} from '../../core/life-cycle/session-storage.ts'
import { isOnServer } from '../parts/on-server.ts'
import {
  entriesOf,
  forgetTold,
  Session,
  type SessionData,
  sessionTold,
  type Snapshot,
  snapshotOf,
} from './session.ts'

/** What a storage of this API does. Implement it to keep sessions where you like. */
export interface SessionStorage<Data extends Values = UntypedData, Flash extends Values = Data> {
  /**
   * The session that belongs to a cookie value, or a new one.
   *
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed: never a new session then.
   */
  read(cookieValue: string | null): Promise<Session<Data, Flash>>
  /**
   * Stores a session.
   *
   * @param data What `session.data` gave: then only what this request changed is written, and requests
   * that change other keys at the same time lose nothing. Data of your own replaces what the session holds.
   * @returns The cookie value that the visitor should have now. It is the one they came with if nothing
   * was to be written, or if another request has given the session a new id meanwhile: set no cookie then.
   * It is `''` if the session has ended, and for an id that neither this storage nor this process knows.
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed.
   * @throws {SessionValueError} `ERR_SESSION_VALUE` if a value cannot be stored.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if `data` is no pair of values and flash messages.
   */
  update(id: string, data: SessionData<Data, Flash>): Promise<string>
  /**
   * Ends the session for good, whichever of its ids this is, also for requests that are under way. Half of the id
   * is enough for that: take it from a session, and not from a visitor.
   *
   * @returns `''`, for which the visitor's cookie is to be cleared.
   */
  delete(id: string): Promise<string>
}

/** How the text that a storage keeps with the visitor becomes a cookie value, where it does not go as it is. */
export interface ValueSeal {
  open(value: string): Promise<string | null>
  seal(text: string, state: SessionState): Promise<string>
}

/** The cookie values that visitors came with. */
const given: WeakMap<Session, string> = new WeakMap()
/** Those that `delete` has ended: where no store can tell, the objects at least are not stored again. */
const ended: WeakSet<Session> = new WeakSet()

/** This API over a storage of ours. Of the life cycle it knows nothing but whom to ask. */
export class StorageOn<Data extends Values, Flash extends Values> implements SessionStorage<
  Data,
  Flash
> {
  readonly #storage: CoreStorage & Partial<Pick<ServerSessionStorage, 'revoke'>>
  readonly #isOnServer: boolean
  readonly #seal: ValueSeal | undefined

  /** @internal */
  constructor(storage: CoreStorage, seal?: ValueSeal) {
    this.#storage = storage
    this.#isOnServer = isOnServer(storage)
    this.#seal = seal
  }

  async read(cookieValue: string | null): Promise<Session<Data, Flash>> {
    const text = cookieValue && this.#seal ? await this.#seal.open(cookieValue) : cookieValue
    const session = new Session<Data, Flash>(stateOf(await this.#storage.read(text)))
    if (cookieValue) given.set(session, cookieValue)
    return session
  }

  async update(id: string, data: SessionData<Data, Flash>): Promise<string> {
    if (!Array.isArray(data)) throw configError('Write update(session.id, session.data)')
    const found = await this.#find(id, data)
    if (found === undefined || ended.has(found.session)) return ''
    const { session } = found
    const state = stateOf(session)
    const saved = await state.whenIdle(() => {
      if (!session.destroyed) {
        noteDifferences(found, data)
        if (session.isNew) state.wish({ noteUse: true })
      }
      return this.#storage.save(session)
    })
    const text = saved ?? state.issued
    const isOver = state.lost !== undefined && state.lost !== 'rotated'
    if (session.destroyed || isOver) return ''
    // From now on the store can be asked.
    if (this.#isOnServer) forgetTold(id)
    if (text === undefined) return given.get(session) ?? id
    return text && this.#seal ? this.#seal.seal(text, state) : text
  }

  async delete(id: string): Promise<string> {
    const told = sessionTold(id)
    // An id that the session gave up ends with the update that says so, or has ended with it.
    const isGivenUp = told !== undefined && !told.destroyed && told.id !== id
    if (isGivenUp || (told === undefined && !(await this.#isLive(id)))) return ''
    if (told !== undefined) ended.add(told)
    forgetTold(id)
    await this.#storage.revoke?.(parseSessionId(id)!.handle)
    return ''
  }

  async #isLive(id: string): Promise<boolean> {
    return this.#isOnServer && !(await this.#storage.read(id)).isNew
  }

  /** The session that is meant: the one whose data this is, or else the one with this id. */
  async #find(id: string, data: SessionData): Promise<Snapshot | undefined> {
    const snapshot = snapshotOf(data, parseSessionId(id)?.handle)
    if (snapshot !== undefined) return snapshot
    const told = sessionTold(id)
    const isOver = told !== undefined && (told.destroyed || ended.has(told))
    const session = (isOver ? undefined : await this.#stored(id, told)) ?? told
    return session && snapshotOf(session.data, session.handle)
  }

  /** What is stored under this id now. In cookie storage that is what the visitor has, as far as we know. */
  async #stored(id: string, told: Session | undefined): Promise<Session | undefined> {
    const text = this.#isOnServer ? id : told && stateOf(told).loaded?.text
    const stored = text ? await this.#storage.read(text) : undefined
    if (stored === undefined || stored.isNew) return undefined
    const state = stateOf(stored)
    if (text) state.issue(text)
    return new Session(state)
  }
}

/** Tells the session how the data differs from what it gave. */
function noteDifferences({ session, values, flash }: Snapshot, after: SessionData): void {
  for (const [key, value] of differences(session, values, entriesOf(after[0]))) {
    session.set(key, value)
  }
  for (const [key, value] of differences(session, flash, entriesOf(after[1]))) {
    session.flash(key, value)
  }
}

/** The keys that differ, with null for those that have gone. */
function differences(
  session: Session,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): [key: string, value: unknown][] {
  const { codec } = stateOf(session)
  const gone = [...before.keys()].filter((key) => !after.has(key))
  const changed = [...after].filter(([key, value]) => {
    if (value === before.get(key)) return false
    codec.check(key, value)
    return !codec.isSame(key, value, before.get(key))
  })
  return [...gone.map((key): [string, null] => [key, null]), ...changed]
}
