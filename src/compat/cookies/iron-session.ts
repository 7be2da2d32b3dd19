import type { CookieImporter } from '../../core/cookie/importers.ts'
import { configError } from '../../core/errors.ts'
import type { OptionKinds } from '../../core/options.ts'
import { isObject } from '../../core/runtime/own.ts'
import { textOf } from './base64.ts'
import { openIron } from './iron-seal.ts'
import {
  importedSession,
  importerKinds,
  type ImporterOptions,
  parseJson,
  readImporterOptions,
} from './options.ts'
import { percentDecoded } from './signed-text.ts'
import { systemTime } from '../../core/runtime/time.ts'

export interface IronSessionOptions extends ImporterOptions {
  /** As iron-session has it: one password, or several under their ids. At least 32 characters each. */
  password: string | Record<string, string>
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<IronSessionOptions> = {
  ...importerKinds,
  password: 'any',
  now: 'function',
}

/** Fewest characters that iron-session takes for a password. */
const shortest = 32

/**
 * Reads the sealed cookies of iron-session 9 and before, until they end by the time that is in them.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function ironSession(options: IronSessionOptions): CookieImporter {
  const own = readImporterOptions('ironSession()', options, kinds)
  const { password, now = systemTime } = own
  const given = typeof password === 'string' ? { 1: password } : password
  const passwords = new Map(isObject(given) ? Object.entries(given) : [])
  const isPassword = (one: unknown) => typeof one === 'string' && one.length >= shortest
  if (passwords.size === 0 || ![...passwords.values()].every(isPassword)) {
    throw configError(
      `ironSession password must be the one of iron-session: ${shortest} characters or more, or an ` +
        'object of such. Is its environment variable not set?',
    )
  }
  return {
    async open(text) {
      const [seal = '', version, ...rest] = percentDecoded(text)?.split('~') ?? []
      if (rest.length > 0) return undefined
      const opened = await openIron(seal, passwords, now())
      const json = opened === undefined ? undefined : textOf(opened)
      const data = json === undefined ? undefined : parseJson(json)
      if (data === undefined) return undefined
      if (version === '2') {
        if (!isObject(data)) return { value: json!, data }
        const imported = importedSession(json!, { values: data }, own)
        return imported && { ...imported, data }
      }
      // Before version 2, values stood beside others that were meant for one request.
      if ((version !== undefined && version !== '1') || !isObject(data)) return undefined
      const values = data['persistent']
      if (!isObject(values)) return undefined
      return importedSession(JSON.stringify(values), { values }, own)
    },
  }
}
