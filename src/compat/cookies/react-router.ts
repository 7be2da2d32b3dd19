import type { CookieImporter, ImportedSession } from '../../core/cookie/importers.ts'
import { isObject } from '../../core/runtime/own.ts'
import { type IdImporterOptions, importedById, importedSession, parseJson } from './options.ts'
import { signedImporter } from './signed-importer.ts'
import { percentDecoded } from './signed-text.ts'

/**
 * Reads signed cookies of React Router 7 and 8 and of Remix 2: the session that cookie storage put
 * there, or the id that other storages did, which `load` looks up. Messages that `session.flash()` left
 * are flash messages of the session, also among the values that `load` returns.
 *
 * With `load`, only ids are sessions: an app that kept its sessions elsewhere may have signed other
 * things for its visitors.
 *
 * Only cookies with the `encode` and `decode` that React Router has by default are read.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function reactRouterCookie(options?: IdImporterOptions): CookieImporter {
  const read = (json: string, own: IdImporterOptions) => {
    const value = parseJson(json)
    if (value === undefined) return undefined
    if (typeof value === 'string') return importedById(value, own, splitFlash)
    if (!isObject(value) || own.load !== undefined) return { value: json, data: value }
    const imported = importedSession(json, splitFlash(value), own)
    return imported && { ...imported, data: value }
  }
  return signedImporter({ name: 'reactRouterCookie()', unescaped: percentDecoded, read }, options)
}

/** Values and, without the name they hide under, flash messages. */
function splitFlash(data: Record<string, unknown>): ImportedSession {
  const entries = Object.entries(data).map(([key, value]) => {
    const name = /^__flash_(.*)__$/s.exec(key)?.[1]
    return { isFlash: name !== undefined, entry: [name ?? key, value] as const }
  })
  const those = (isFlash: boolean) =>
    Object.fromEntries(entries.filter((one) => one.isFlash === isFlash).map(({ entry }) => entry))
  return { values: those(false), flash: those(true) }
}
