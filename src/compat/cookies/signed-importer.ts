import type { CookieImporter, ImportedCookie } from '../../core/cookie/importers.ts'
import type { MaybePromise } from '../../core/runtime/maybe-promise.ts'
import { fromBase64, textOf } from './base64.ts'
import { type IdImporterOptions, idImporterKinds, readImporterOptions } from './options.ts'
import { openSigned } from './signed-text.ts'

/** What Remix and React Router do differently with the text that both sign as base64. */
interface SignedFormat {
  /** The importer's name, for its errors. */
  name: string
  /** The signed text as it was before it was sent, or undefined if it is damaged. Default: as it is. */
  unescaped?: (text: string) => string | undefined
  /** What an authentic text stands for. */
  read: (text: string, options: IdImporterOptions) => MaybePromise<ImportedCookie | undefined>
}

/**
 * An importer of cookies that hold signed base64.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function signedImporter(
  { name, unescaped = (text) => text, read }: SignedFormat,
  options: IdImporterOptions | undefined,
): CookieImporter {
  const own = readImporterOptions(name, options, idImporterKinds)
  return {
    async open(text, secrets) {
      const sent = unescaped(text)
      if (sent === undefined) return undefined
      const signed = await openSigned(sent, own.secrets ?? secrets)
      const bytes = signed === undefined ? undefined : fromBase64(signed)
      const opened = bytes === undefined ? undefined : textOf(bytes)
      return opened === undefined ? undefined : read(opened, own)
    },
  }
}
