import { configError } from '../../core/errors.ts'
import { KeyedQueue } from '../../core/store/keyed-queue.ts'
import { changesIn, type DataPrint, isMessage, isSame, printData } from '../parts/write-data.ts'
import { assertHeader, assertSession, checkCommit } from './arguments.ts'
import {
  createSession,
  flattened,
  type FlashSessionData,
  type Session,
  type SessionData,
} from './session.ts'
import { createSessionCookie, type SessionCookieArgument } from './session-cookie.ts'
import { type CommitOptions, destroyedError, type SessionStorage } from './session-storage.ts'
import { Turns } from './turns.ts'

/** Keeps sessions in a place of your own. Ids are what `createData` returns: make them impossible to guess. */
export interface SessionIdStorageStrategy<Data = SessionData, FlashData = Data> {
  /** The cookie that holds the id, or what to make it with. */
  cookie?: SessionCookieArgument | undefined
  /** Keeps new data, to be forgotten at `expires`, and returns its id. */
  createData: (data: FlashSessionData<Data, FlashData>, expires?: Date) => Promise<string>
  /** The data under this id, or null if there is none or it has expired. */
  readData: (id: string) => Promise<FlashSessionData<Data, FlashData> | null>
  /** Replaces the data under this id. */
  updateData: (id: string, data: FlashSessionData<Data, FlashData>, expires?: Date) => Promise<void>
  /** Forgets the data under this id. */
  deleteData: (id: string) => Promise<void>
}

type Values = Record<string, unknown>

/** What is behind a session object. */
interface Backing {
  /** Its id now: a commit may have given it one, or a new one. */
  id: string
  /** What the object's data was when it was read, or last saved. Undefined if it was made elsewhere. */
  before: DataPrint | undefined
  destroyed: boolean
  /** Whether the visitor came with an id that was replaced: another response has the new one. */
  replaced?: boolean
}

/** Ids remembered after they were replaced, for requests that still have them. */
const successorsKept = 1000

/**
 * Makes a storage of four functions. They have no compare-and-swap, so what is promised is less than
 * with a `SessionStore`: what goes through this one object loses no update and brings no ended session
 * back; between processes, and between two such objects, both can happen in the moment between reading
 * the data and writing it. A strategy knows no users: `login` gives a new id and leaves the data.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if a function is missing, or the cookie's options are wrong.
 */
export function createSessionStorage<Data = SessionData, FlashData = Data>(
  strategy: SessionIdStorageStrategy<Data, FlashData>,
): SessionStorage<Data, FlashData> {
  type Stored = FlashSessionData<Data, FlashData>
  assertStrategy(strategy)
  const cookie = createSessionCookie(strategy.cookie)
  const backings = new WeakMap<object, Backing>()
  const turns = new Turns()
  const queue = new KeyedQueue()
  const successors = new Map<string, string>()

  function backingOf(session: Session<Data, FlashData>): Backing {
    const known = backings.get(session)
    if (known) return known
    const backing = { id: session.id, before: undefined, destroyed: false }
    backings.set(session, backing)
    return backing
  }

  async function commit(backing: Backing, mine: Stored, options: CommitOptions): Promise<string> {
    const { id, destroyed, replaced } = backing
    if (destroyed) {
      const isLate = options.login !== undefined || !isSame(mine as Values, backing.before!)
      if (isLate) throw destroyedError()
      return cookie.clear(options)
    }
    if (replaced && options.login === undefined) return ''
    const expires = cookie.expiry(options, Date.now())
    // As it is written: the application may go on changing objects while it waits.
    const written = printData(mine as Values)
    const isReplaced = options.login !== undefined || options.regenerateId === true
    const next =
      id === ''
        ? await strategy.createData(mine, expires)
        : await queue.run(id, () => update(backing, mine, expires, isReplaced))
    if (next === null) {
      // Made elsewhere with an id that nobody knows, or ended: then the browser may hold a newer cookie.
      return backing.before === undefined ? cookie.clear(options) : ''
    }
    backing.id = next
    backing.before = written
    return cookie.write(next, options)
  }

  /** Writes the request's changes on what is there now. The id, or null if the session has ended. */
  async function update(
    { id, before }: Backing,
    mine: Stored,
    expires: Date | undefined,
    isReplaced: boolean,
  ): Promise<string | null> {
    const present = await strategy.readData(id)
    if (!present) return null
    const data = before ? (merged(before, mine as Values, present as Values) as Stored) : mine
    if (!isReplaced) {
      await strategy.updateData(id, data, expires)
      return id
    }
    const next = await strategy.createData(data, expires)
    await strategy.deleteData(id)
    if (successors.size >= successorsKept) successors.delete(successors.keys().next().value!)
    successors.set(id, next)
    return next
  }

  /** Ends the session under this id, and under those that came after. */
  async function end(id: string): Promise<void> {
    await queue.run(id, () => strategy.deleteData(id))
    const next = successors.get(id)
    if (next !== undefined) await end(next)
  }

  return {
    async getSession(header, options) {
      assertHeader(header)
      const { value, imported } = await cookie.read(header, options)
      if (imported !== undefined) return createSession<Data, FlashData>(flattened(imported) as Data)
      const data = value ? await strategy.readData(value) : null
      const id = data ? value! : ''
      const session = createSession<Data, FlashData>((data ?? {}) as Data, id)
      const before = printData(session.data as Values)
      const replaced = !data && value !== null && successors.has(value)
      backings.set(session, { id, before, destroyed: false, replaced })
      return session
    },

    async commitSession(session, options = {}) {
      checkCommit(session, options)
      const { data } = session
      return turns.run(session, () => commit(backingOf(session), data, options))
    },

    async destroySession(session, options) {
      assertSession('destroySession()', session)
      return turns.run(session, async () => {
        const backing = backingOf(session)
        const { id } = backing
        backing.destroyed = true
        backing.before = printData(session.data as Values)
        if (id !== '') await end(id)
        return cookie.clear(options)
      })
    },
  }
}

/** It may be of a class, and have more than we call. */
function assertStrategy(strategy: Partial<Record<keyof SessionIdStorageStrategy, unknown>>): void {
  for (const name of ['createData', 'readData', 'updateData', 'deleteData'] as const) {
    if (typeof strategy?.[name] === 'function') continue
    throw configError(
      `createSessionStorage() needs the function ${name}, as the others of the four`,
    )
  }
}

/** Their data with what this request changed in it. */
function merged(before: DataPrint, mine: Values, theirs: Values): Values {
  const theirPrint = printData(theirs)
  const kept = Object.entries(theirs).filter(([key]) => {
    if (!before.has(key) || Object.hasOwn(mine, key)) return true
    // Another message under the name of the one that was used up.
    return isMessage(key) && theirPrint.get(key) !== before.get(key)
  })
  return Object.fromEntries([...kept, ...Object.entries(changesIn(mine, before))])
}
