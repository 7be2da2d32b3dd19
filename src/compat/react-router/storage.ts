import { CookieSizeError, isSessionError, SessionError } from '../../core/errors.ts'
import { biggestKeys } from '../../core/record/size.ts'
import type { Session as CoreSession } from '../../core/session/session.ts'
import { stateOf } from '../../core/session/state-of.ts'
import type { SessionStorage as CoreStorage } from '../../core/life-cycle/session-storage.ts'
import { isOnServer } from '../parts/on-server.ts'
import { changesIn, type DataPrint, isSame, printData, writeData } from '../parts/write-data.ts'
import { assertHeader, assertSession, checkCommit } from './arguments.ts'
import { createSession, flattened, type Session } from './session.ts'
import { assertUnforgeable, type SessionCookie } from './session-cookie.ts'
import { type CommitOptions, destroyedError, type SessionStorage } from './session-storage.ts'
import { Turns } from './turns.ts'

/** What is behind a session object. */
interface Backing {
  /** The session in the storage. Undefined after a save that failed, which it must not remember. */
  core: CoreSession | undefined
  /** Gets it again. */
  reload: () => Promise<CoreSession>
  /** What the object's data was when it was read, or last saved. */
  before: DataPrint
  /** Whether there was a record, so that it has ended if there is none. */
  isStored: boolean
}

type Values = Record<string, unknown>

/** Most bytes of a Set-Cookie header. */
const largestHeader = 4096

/**
 * React Router's API over a storage of ours.
 *
 * @param lifetime Milliseconds that a session lives when neither the commit nor the cookie says so.
 * Without, the storage's timeouts decide alone.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie is the session and visitors could forge it.
 */
export function createSessionStorageOn<Data, FlashData>(
  cookie: SessionCookie,
  storage: CoreStorage,
  lifetime?: number,
): SessionStorage<Data, FlashData> {
  const backings = new WeakMap<object, Backing>()
  const turns = new Turns()
  const keepsOnServer = isOnServer(storage)
  if (!keepsOnServer) assertUnforgeable(cookie)
  const read = (value: string | null) => storage.read(value, { flashUse: none })

  const ownerOf = (session: object) => backings.get(session)?.core?.userId

  async function backingOf(session: Session<Data, FlashData>): Promise<Backing> {
    const known = backings.get(session)
    if (known) return known
    // Made elsewhere: its data replaces that of the session with its id. In a cookie there are no ids.
    const reload = () => read((keepsOnServer && session.id) || null)
    const core = await reload()
    const before = printData(valuesOf(core), stateOf(core).codec)
    const backing = { core, reload, before, isStored: keepsOnServer && session.id !== '' }
    backings.set(session, backing)
    return backing
  }

  async function commit(
    session: Session<Data, FlashData>,
    data: Values,
    options: CommitOptions,
  ): Promise<string> {
    const backing = await backingOf(session)
    const core = (backing.core ??= await backing.reload())
    if (core.destroyed) return clearAgain(data, backing.before, options)
    if (backing.isStored && core.isNew) return cookie.clear(options)
    const value = await save(session, data, backing, core, options)
    if (value === '') return cookie.clear(options)
    // In a cookie the id is no value that could be read, or sent.
    if (value === null && !(keepsOnServer && (await isCurrent(core.id)))) return ''
    const sent = value ?? core.id
    Object.assign(backing, { isStored: keepsOnServer, reload: () => read(sent) })
    return send(sent, core, options)
  }

  /** Middleware may commit whatever a route did. What was set after the end would be lost: that is told. */
  function clearAgain(data: Values, before: DataPrint, options: CommitOptions): Promise<string> {
    if (options.login !== undefined || !isSame(data, before)) throw destroyedError()
    return cookie.clear(options)
  }

  async function save(
    session: Session<Data, FlashData>,
    data: Values,
    backing: Backing,
    core: CoreSession,
    options: CommitOptions,
  ): Promise<string | null> {
    const state = stateOf(core)
    const { login, regenerateId } = options
    const ends = cookie.expiry(options, state.now())
    const kept = isOthers(core, login) ? changesIn(data, backing.before, state.codec) : data
    try {
      if (login !== undefined) core.login(login)
      else if (regenerateId) core.regenerateId(true)
      writeData(state, kept, backing.before)
      const endsBy = ends ? Math.max(0, ends.getTime()) : lifetime && state.now() + lifetime
      state.wish({ noteUse: true, endsBy })
      // As it is written: the application may go on changing objects while it waits.
      const written = printData(kept, state.codec)
      const value = await storage.save(core)
      const left = Object.keys(data).filter((key) => !Object.hasOwn(kept, key))
      for (const key of left) session.unset(key as never)
      backing.before = written
      return value
    } catch (error) {
      backing.core = undefined
      if (keepsOnServer || !isSessionError(error, 'ERR_SESSION_TOO_LARGE')) throw error
      throw sizeError(error.size, error)
    }
  }

  /** Whether the browser may be sent this id: not if it was rotated out while the request ran. */
  async function isCurrent(id: string): Promise<boolean> {
    return stateOf(await read(id)).loaded?.by === 'current'
  }

  async function send(value: string, core: CoreSession, options: CommitOptions): Promise<string> {
    const { codec, loaded } = stateOf(core)
    const withKeys = (size: number) =>
      new CookieSizeError(cookie.name, size, largestHeader, biggestKeys(loaded!.record, codec))
    try {
      const header = await cookie.write(value, options)
      if (header.length > largestHeader) throw withKeys(header.length)
      return header
    } catch (error) {
      if (!isSessionError(error, 'ERR_SESSION_COOKIE_SIZE')) throw error
      throw sizeError(error.size, withKeys(error.size))
    }
  }

  return {
    async getSession(header, options) {
      assertHeader(header)
      const { value, imported } = await cookie.read(header, options)
      const flat = imported && { ...imported, values: flattened(imported), flash: undefined }
      const reload = () => storage.read(value, { flashUse: none, imported: flat })
      const core = await reload()
      // Reading is a use. In a cookie it cannot be noted without a response.
      if (keepsOnServer && !core.isNew) await storage.save(core)
      const data = valuesOf(core)
      const isStored = keepsOnServer && !core.isNew
      const session = createSession<Data, FlashData>(data as Data, isStored ? core.id : '')
      const before = printData(data, stateOf(core).codec)
      backings.set(session, { core, reload, before, isStored })
      return session
    },

    async commitSession(session, options = {}) {
      checkCommit(session, options)
      const data = session.data as Values
      const owner = ownerOf(session)
      return turns.run(session, () => {
        // The commit before may have been a login, which dropped what another user had.
        const mine = ownerOf(session) === owner ? data : (session.data as Values)
        return commit(session, mine, options)
      })
    },

    async destroySession(session, options) {
      assertSession('destroySession()', session)
      return turns.run(session, async () => {
        const backing = await backingOf(session)
        const core = (backing.core ??= await backing.reload())
        core.destroy()
        await storage.save(core)
        backing.before = printData(session.data as Values)
        return cookie.clear(options)
      })
    },
  }
}

const none = () => 'none' as const

/** Whether what is in the session is another user's than the one who logs in. */
function isOthers({ userId }: CoreSession, login: string | undefined): boolean {
  return login !== undefined && userId !== undefined && userId !== login
}

function valuesOf(core: CoreSession): Values {
  const { values, codec, loaded } = stateOf(core)
  const mine = (value: unknown) => (loaded?.contents.isShared ? codec.copy(value) : value)
  return Object.fromEntries([...values].map(([key, value]) => [key, mine(value)]))
}

/** With the words that applications look for; `cause` knows more. */
function sizeError(length: number, cause: SessionError): SessionError {
  return new SessionError(
    'ERR_SESSION_COOKIE_SIZE',
    `Cookie length will exceed browser maximum. Length: ${length}`,
    { cause },
  )
}
