import { configError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import { seconds } from '../record/lifetime.ts'
import type { CheckOptions, SessionCheck } from '../serving/check.ts'

/** Options of live connections. Durations are seconds. */
export interface LiveOptions extends CheckOptions {
  /**
   * How often the store is asked whether a session still lives, in seconds: 1 to 3600. All connections of one session share
   * the question. What ends in this process is told at once, whatever this is. Default 15.
   */
  pollInterval?: number | undefined
  /**
   * How long a connection may go on while the store cannot be asked, in seconds: `pollInterval` to 86,400. After that, and
   * when the session has expired by what was last known, it ends. Default: 5 times `pollInterval`.
   */
  unverifiedTimeout?: number | undefined
  /**
   * Whether opening a connection is a use of the session, as a request is: it puts the idle timeout off. Pages open
   * connections again by themselves, with nobody in front of them, so the default is `false`. `connection.noteUse()` notes a
   * use when something comes that the visitor did.
   */
  noteUse?: boolean | undefined
  /**
   * From which pages connections are opened, beside those of the host that the request names: origins such as
   * `https://app.example.com`, or a function that is given one. Browsers let pages of every origin open WebSockets with the
   * visitor's cookies (ASVS 4.4.2). Default: none beside.
   */
  allowedOrigins?: readonly string[] | ((origin: string) => boolean) | undefined
}

const kinds: OptionKinds<LiveOptions> = {
  pollInterval: 'number',
  unverifiedTimeout: 'number',
  noteUse: 'boolean',
  allowedOrigins: 'any',
  check: 'createSessionCheck()',
}

/** The options, checked. Durations are milliseconds. */
export interface LiveSettings {
  readonly pollInterval: number
  readonly unverifiedTimeout: number
  readonly noteUse: boolean
  readonly check: SessionCheck | undefined
  readonly isAllowed: (origin: string) => boolean
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong. */
export function readLiveOptions(given: LiveOptions | undefined): LiveSettings {
  const options = readOptions('createLiveSessions()', given, kinds)
  const { pollInterval = 15, noteUse = false, allowedOrigins = [] } = options
  seconds('pollInterval', pollInterval, [1, 3600])
  const { unverifiedTimeout = 5 * pollInterval } = options
  seconds('unverifiedTimeout', unverifiedTimeout, [pollInterval, 86_400])
  return {
    pollInterval: pollInterval * 1000,
    unverifiedTimeout: unverifiedTimeout * 1000,
    noteUse,
    check: options.check,
    isAllowed: typeof allowedOrigins === 'function' ? allowedOrigins : oneOf(allowedOrigins),
  }
}

function oneOf(origins: readonly string[]): (origin: string) => boolean {
  if (!Array.isArray(origins)) {
    throw configError('allowedOrigins must be a list of origins or a function (origin) => boolean')
  }
  for (const origin of origins) {
    if (origin !== originOf(origin)) {
      throw configError(
        'allowedOrigins takes origins as browsers send them, with a scheme and without a path, such as ' +
          `https://app.example.com, and not ${JSON.stringify(origin)}`,
      )
    }
  }
  const allowed = new Set(origins)
  return (origin) => allowed.has(origin)
}

function originOf(text: unknown): string | undefined {
  try {
    const { protocol, host } = new URL(text as string)
    return `${protocol}//${host}`
  } catch {
    return undefined
  }
}
