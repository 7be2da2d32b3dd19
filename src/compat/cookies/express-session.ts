import type { CookieImporter, ImportedSession } from '../../core/cookie/importers.ts'
import { configError } from '../../core/errors.ts'
import type { OptionKinds } from '../../core/options.ts'
import { isObject } from '../../core/runtime/own.ts'
import { type ExpressStore, sessionIn } from '../parts/express-store.ts'
import {
  type IdImporterOptions,
  idImporterKinds,
  importedById,
  readImporterOptions,
} from './options.ts'
import { openSigned, percentDecoded } from './signed-text.ts'
import { systemTime } from '../../core/runtime/time.ts'

export interface ExpressSessionOptions extends IdImporterOptions {
  /** The store that express-session had: sessions are looked up there. In place of `load`. */
  store?: Pick<ExpressStore, 'get'> | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<ExpressSessionOptions> = {
  ...idImporterKinds,
  store: 'any',
  now: 'function',
}

/**
 * Reads cookies of express-session, and others that `cookie-signature` signed (`s:…`). They hold an id:
 * give the old `store`, or `load`.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function expressSession(options?: ExpressSessionOptions): CookieImporter {
  const own = readImporterOptions('expressSession()', options, kinds)
  const { store, load, secrets: old, now = systemTime } = own
  if (store !== undefined && (load !== undefined || typeof store?.get !== 'function')) {
    throw configError('expressSession takes either store, with get(id, callback), or load(id)')
  }
  const known = store ? { ...own, load: (id: string) => loadFrom(store, id, now()) } : own
  return {
    async open(text, secrets) {
      const sent = percentDecoded(text)
      if (!sent?.startsWith('s:')) return undefined
      const id = await openSigned(sent.slice(2), old ?? secrets)
      return id === undefined ? undefined : importedById(id, known)
    },
  }
}

async function loadFrom(
  store: Pick<ExpressStore, 'get'>,
  id: string,
  now: number,
): Promise<ImportedSession | undefined> {
  const found = await liveSessionIn(store, id, now)
  return found && { values: found.values }
}

/** What express-session keeps under this id, if it has not ended. */
export async function liveSessionIn(
  store: Pick<ExpressStore, 'get'>,
  id: string,
  now: number,
): Promise<{ cookie: unknown; values: Record<string, unknown> } | undefined> {
  const session: unknown = await sessionIn(store, id)
  if (!isObject(session) || hasEnded(session['cookie'], now)) return undefined
  const { cookie, ...values } = session
  return { cookie, values }
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
