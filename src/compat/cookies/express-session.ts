import type { CookieImporter, ImportedSession } from '../../core/cookie/importers.ts'
import { configError } from '../../core/errors.ts'
import { assertImporterOptions, type IdImporterOptions, importedById, isObject } from './options.ts'
import { openSigned, percentDecoded } from './signed-text.ts'

/** What is asked of a store for express-session, such as `connect-redis`. */
export interface ExpressStore {
  get(id: string, callback: (error: unknown, session?: unknown) => void): unknown
}

export interface ExpressSessionOptions extends IdImporterOptions {
  /** The store that express-session had: sessions are looked up there. In place of `load`. */
  store?: ExpressStore
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
}

/**
 * Reads cookies of express-session, and others that `cookie-signature` signed (`s:…`). They hold an id:
 * give the old `store`, or `load`.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function expressSession(options: ExpressSessionOptions = {}): CookieImporter {
  assertImporterOptions('expressSession', options)
  const { store, load, now = Date.now } = options
  if (typeof now !== 'function') {
    throw configError('expressSession now must be a function such as Date.now')
  }
  if (store !== undefined && (load !== undefined || typeof store?.get !== 'function')) {
    throw configError('expressSession takes either store, with get(id, callback), or load(id)')
  }
  const known = store && { ...options, load: (id: string) => loadFrom(store, id, now()) }
  return {
    async open(text, secrets) {
      const sent = percentDecoded(text)
      if (!sent?.startsWith('s:')) return undefined
      const id = await openSigned(sent.slice(2), options.secrets ?? secrets)
      return id === undefined ? undefined : importedById(id, known ?? options)
    },
  }
}

async function loadFrom(
  store: ExpressStore,
  id: string,
  now: number,
): Promise<ImportedSession | undefined> {
  const session = await new Promise<unknown>((resolve, reject) => {
    store.get(id, (error, found) => {
      // How stores on files say that there is none.
      const isAbsent = (error as { code?: unknown } | null | undefined)?.code === 'ENOENT'
      if (error && !isAbsent) reject(error)
      else resolve(error ? undefined : found)
    })
  })
  if (!isObject(session) || hasEnded(session['cookie'], now)) return undefined
  const { cookie: _, ...values } = session
  return { values }
}

/** By what express-session keeps beside the values, because stores may forget to look at it. */
function hasEnded(cookie: unknown, now: number): boolean {
  if (!isObject(cookie)) return false
  const { expires, originalMaxAge } = cookie
  if (expires === undefined || expires === null || expires === false) {
    return typeof originalMaxAge === 'number' && originalMaxAge <= 0
  }
  const end = new Date(expires as string | number | Date).getTime()
  // Also if that is no date at all.
  return !(end > now)
}
