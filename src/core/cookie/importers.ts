import { plainCodec } from '../record/codec.ts'
import { configError } from '../errors.ts'
import { parseStoreId } from '../record/id.ts'
import { withoutContext } from '../record/context.ts'
import { decodeRecord } from '../record/record.ts'
import { shortHead } from '../record/short-form.ts'

/** A session that another library kept. */
export interface ImportedSession {
  values: Record<string, unknown>
  /** Flash messages for the next page. */
  flash?: Record<string, unknown> | undefined
  /**
   * Whose it is; `null` if nobody was logged in. Without it, the session is in no user's list, `revokeAll` does not
   * reach it, and its values go when somebody logs in, because they may be another user's.
   */
  userId?: string | null | undefined
}

/** What was in a cookie that another library had made. */
export interface ImportedCookie {
  /** What that library's own `parse()` gave: text as it is, everything else as JSON. */
  value: string
  /** The same as it was there, where it need not be text. Default `value`. */
  data?: unknown
  /** The session, where the cookie holds it or its importer could load it. */
  session?: ImportedSession | undefined
}

/** Reads the cookies of another library, so that its visitors stay logged in: see `coatcheck/compat/cookies`. */
export interface CookieImporter {
  /**
   * What is in the cookie, or undefined unless it is authentic. It is verified before it is decoded,
   * and bad input never throws.
   *
   * @param text The cookie's value as the browser sent it.
   * @param secrets Those of the cookie that accepts it; an importer may have its own.
   * @throws {StoreError} `ERR_SESSION_STORE` if the session had to be loaded, and that failed.
   */
  open(text: string, secrets: readonly string[]): Promise<ImportedCookie | undefined>
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless these are importers for a cookie with secrets. */
export function assertImporters(
  cookieName: string,
  importers: readonly CookieImporter[],
  secrets: readonly string[],
): void {
  const isArray = Array.isArray(importers)
  if (!isArray || importers.some((importer) => typeof importer?.open !== 'function')) {
    throw configError('Cookie accept must be an array of importers from coatcheck/compat/cookies')
  }
  if (importers.length > 0 && secrets.length === 0) {
    throw configError(`Cookie "${cookieName}" needs secrets of its own to accept older cookies`)
  }
}

/**
 * What the first importer that knows their session finds in these cookie values, all of one name. `shadowed`
 * when they are authentic and differ: then nobody can tell which is the visitor's.
 */
export async function importCookie(
  importers: readonly CookieImporter[],
  texts: readonly string[],
  secrets: readonly string[],
): Promise<ImportedCookie | 'shadowed' | undefined> {
  let found: ImportedCookie | undefined
  for (const text of new Set(texts)) {
    const imported = await firstOpened(importers, text, secrets)
    if (imported === undefined) continue
    if (found !== undefined && found.value !== imported.value) return 'shadowed'
    found = imported
  }
  return found
}

async function firstOpened(
  importers: readonly CookieImporter[],
  text: string,
  secrets: readonly string[],
): Promise<ImportedCookie | undefined> {
  let first: ImportedCookie | undefined
  for (const importer of importers) {
    const imported = await importer.open(text, secrets)
    if (imported === undefined || isOurs(imported.value)) continue
    if (imported.session !== undefined) return imported
    // Signed as another library signs too, which may know what session it stands for.
    first ??= imported
  }
  return first
}

/**
 * Whether this would pass for what a storage of ours seals: an id, or in cookie storage a session. Other libraries
 * sign text that visitors typed, under the same secret and for any cookie, so it would be one that a visitor made up,
 * or the id out of a log.
 */
function isOurs(value: string): boolean {
  const { text } = withoutContext(value)
  // Where a short form is ours, not all that is in it is parsed. So its head decides.
  if (shortHead.test(text) || parseStoreId(value) !== undefined) return true
  return decodeRecord(text, plainCodec) !== undefined
}
