import { configError } from '../core/errors.ts'
import type { SessionEvent, SessionEventListener } from '../core/events.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'

export type { SessionEventListener } from '../core/events.ts'

const levels = ['debug', 'info', 'warn', 'error'] as const
export type EventLevel = (typeof levels)[number]

/** What is used of a logger: `console`, pino, Fastify's `app.log`, and many others. */
export type EventLogger = Record<EventLevel, (...args: never[]) => unknown>

export interface LogEventsOptions {
  /** Events below this level are left out: `debug`, `info`, `warn`, `error`. A logger may leave out more. Default `info`. */
  level?: EventLevel | undefined
}

const kinds: OptionKinds<LogEventsOptions> = { level: 'string' }

const levelOf: Record<SessionEvent['type'], EventLevel> = {
  created: 'debug',
  loaded: 'debug',
  saved: 'debug',
  conflict: 'debug',
  rotated: 'debug',
  imported: 'info',
  login: 'info',
  destroyed: 'info',
  revoked: 'info',
  expired: 'info',
  locked: 'info',
  interrupted: 'info',
  tampered: 'warn',
  refused: 'warn',
  'reused-old-id': 'warn',
  corrupt: 'warn',
  oversize: 'warn',
  'store-error': 'error',
}

const texts: Partial<Record<SessionEvent['type'], string>> = {
  login: 'somebody logged in',
  destroyed: 'logged out',
  revoked: 'ended from outside',
  expired: 'came after its timeout',
  locked: 'came after its idle timeout, and waits for its user',
  interrupted: 'nothing was saved',
  tampered: 'a cookie is not ours',
  refused: 'a session or a live connection was not given',
  'reused-old-id': 'an id came back after its end, a sign of theft',
  corrupt: 'what is stored cannot be read',
  oversize: 'the session is too large',
  'store-error': 'the store failed',
}

/**
 * Writes events to a logger, for `onEvent`: a failing store as an error; a cookie that is not ours, an id that came back and
 * what cannot be read as warnings; logins and ends as information; the rest for debugging. No line holds an id's secret or a
 * value.
 *
 * pino, and Fastify's logger, get the fields first and the message after them; every other logger the message first.
 *
 * @example
 * ```ts
 * const storage = createMemorySessionStorage({ onEvent: logEvents(pino()) })
 * ```
 *
 * @param logger Default `console`.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the logger has not the four methods `debug`, `info`, `warn` and `error`, or an
 * option is wrong.
 */
export function logEvents(
  logger: EventLogger = console,
  options?: LogEventsOptions,
): SessionEventListener {
  const { level = 'info' } = readOptions('logEvents()', options, kinds)
  const lowest = levels.indexOf(level)
  if (lowest < 0) {
    throw configError(
      `logEvents() option level must be one of ${levels.join(', ')}, got ${JSON.stringify(level)}`,
    )
  }
  if (!levels.every((one) => typeof logger?.[one] === 'function')) {
    throw configError(`logEvents() takes a logger with the methods ${levels.join(', ')}`)
  }
  // Only pino can tell what fields it adds.
  const takesFieldsFirst = typeof (logger as { bindings?: unknown }).bindings === 'function'

  return (event) => {
    const at = levelOf[event.type] ?? 'info'
    if (levels.indexOf(at) < lowest) return
    const { type, at: _, error, ...more } = event as SessionEvent & { error?: unknown }
    const text = texts[type]
    const message = text === undefined ? `session ${type}` : `session ${type}: ${text}`
    const fields = { event: type, ...withoutUndefined(more), ...(error ? { err: error } : {}) }
    const args = takesFieldsFirst ? [fields, message] : [message, fields]
    ;(logger[at] as (...all: unknown[]) => unknown)(...args)
  }
}

function withoutUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
