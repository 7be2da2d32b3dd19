import type { CookieImporter, ImportedSession } from '../../core/cookie/importers.ts'
import { isObject } from '../../core/runtime/own.ts'
import { type IdImporterOptions, importedById, importedSession, parseJson } from './options.ts'
import { signedImporter } from './signed-importer.ts'

/**
 * Reads signed cookies of Remix 3 (`@remix-run/cookie` 0.5): the session that its cookie storage put
 * there, or the id that its other storages did, which `load` looks up.
 *
 * With `load`, only ids are sessions: an app that kept its sessions elsewhere may have signed other
 * things for its visitors.
 *
 * Only cookies with the `encode` and `decode` that Remix has by default are read.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function remixCookie(options?: IdImporterOptions): CookieImporter {
  const read = (value: string, own: IdImporterOptions) => {
    const session = own.load === undefined ? sessionIn(value) : undefined
    return session === undefined ? importedById(value, own) : importedSession(value, session, own)
  }
  // Their cookies are sent without escapes: the "=" and "+" of base64 may stand in a cookie.
  return signedImporter({ name: 'remixCookie()', read }, options)
}

/** `{"i":id,"d":[values,flash]}`. The id is theirs, and never becomes one of ours. */
function sessionIn(value: string): ImportedSession | undefined {
  const payload = parseJson(value)
  if (!isObject(payload) || typeof payload['i'] !== 'string') return undefined
  const data = payload['d']
  if (!Array.isArray(data) || data.length !== 2 || !data.every(isObject)) return undefined
  const [values, flash] = data
  return { values: values!, flash }
}
