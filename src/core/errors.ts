import { isBranded, markAs } from './runtime/brand.ts'

/** Every code this library throws. Codes are stable; messages are not. */
export type SessionErrorCode =
  | 'ERR_SESSION_CONFIG'
  | 'ERR_SESSION_VALUE'
  | 'ERR_SESSION_SCHEMA'
  | 'ERR_SESSION_TOO_LARGE'
  | 'ERR_SESSION_COOKIE_SIZE'
  | 'ERR_SESSION_STORE'
  | 'ERR_SESSION_CONFLICT'
  | 'ERR_SESSION_LIMIT'
  | 'ERR_SESSION_LOGIN_REQUIRED'
  | 'ERR_SESSION_DESTROYED'
  | 'ERR_SESSION_COMMITTED'
  | 'ERR_SESSION_READ_ONLY'
  | 'ERR_SESSION_NESTED'
  | 'ERR_SESSION_RESPONSE'
  | 'ERR_SESSION_CSRF'
  | 'ERR_SESSION_CHECK'
  | 'ERR_SESSION_ENDED'

/**
 * The base of every error this library throws. Switch on `code`, never on `message`. No message, and
 * no property of ours, holds a session id, its secret or a value. Only the `cause` may that came from a codec or a schema.
 */
export class SessionError extends Error {
  override readonly name: string = 'SessionError'
  readonly code: SessionErrorCode

  constructor(code: SessionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

markAs(SessionError.prototype, 'error')

/** A value cannot be stored: `key` names it. Code `ERR_SESSION_VALUE`. */
export class SessionValueError extends SessionError {
  override readonly name = 'SessionValueError'
  /** The session key that holds the value. */
  readonly key: string

  constructor(key: string, problem: string, options?: ErrorOptions) {
    super('ERR_SESSION_VALUE', `Session value "${key}" cannot be stored: ${problem}`, options)
    this.key = key
  }
}

/** A value does not fit the storage's schema: `key` names it. `cause` is what the schema found. Code `ERR_SESSION_SCHEMA`. */
export class SessionSchemaError extends SessionError {
  override readonly name = 'SessionSchemaError'
  /** The session key that holds the value. */
  readonly key: string

  /** @param places Where in the value, as far as the schema says so. */
  constructor(key: string, places: readonly string[], options?: ErrorOptions) {
    const where = places.length === 0 ? '' : `: see ${places.join(', ')}`
    super('ERR_SESSION_SCHEMA', `Session value "${key}" does not fit the schema${where}`, options)
    this.key = key
  }
}

/** The bytes that one session key takes. */
export interface KeySize {
  key: string
  /** Bytes of its JSON, in UTF-8. */
  bytes: number
}

function biggest(keys: readonly KeySize[]): string {
  if (keys.length === 0) return ''
  return ` The biggest keys: ${keys.map(({ key, bytes }) => `"${key}" (${bytes})`).join(', ')}.`
}

/** The session is over the storage's `maxBytes`, so it was not saved. Code `ERR_SESSION_TOO_LARGE`. */
export class SessionTooLargeError extends SessionError {
  override readonly name = 'SessionTooLargeError'
  /** Bytes in the record. */
  readonly size: number
  /** Most bytes allowed. */
  readonly limit: number
  /** The keys that take most of it, biggest first. */
  readonly keys: readonly KeySize[]

  constructor(size: number, limit: number, keys: readonly KeySize[]) {
    super(
      'ERR_SESSION_TOO_LARGE',
      `The session is ${size} bytes, over its limit of ${limit} (option maxBytes).${biggest(keys)}`,
    )
    this.size = size
    this.limit = limit
    this.keys = keys
  }
}

/** The cookie is over the size that browsers keep, so it was not sent. Code `ERR_SESSION_COOKIE_SIZE`. */
export class CookieSizeError extends SessionError {
  override readonly name = 'CookieSizeError'
  /** Bytes in the cookie's name and value. */
  readonly size: number
  /** Most bytes allowed. */
  readonly limit: number
  /** The session keys that take most of it, biggest first; empty when no session is known. */
  readonly keys: readonly KeySize[]

  constructor(cookieName: string, size: number, limit: number, keys: readonly KeySize[] = []) {
    super(
      'ERR_SESSION_COOKIE_SIZE',
      `Cookie "${cookieName}" is ${size} bytes, over the ${limit} that browsers keep.${biggest(keys)} ` +
        'Keep less in the session, or keep it on the server: memory, fs or another storage.',
    )
    this.size = size
    this.limit = limit
    this.keys = keys
  }
}

/**
 * An error that passes: frameworks answer with the status that it carries, under the one or the other name. Koa also writes
 * it there.
 */
class TemporaryError extends SessionError {
  /** 503, Service Unavailable. */
  readonly status = 503
  readonly statusCode = 503
}

/** The store failed; `cause` is what it threw. Code `ERR_SESSION_STORE`, status 503. */
export class StoreError extends TemporaryError {
  override readonly name: string = 'StoreError'
  readonly operation: 'read' | 'write' | 'delete' | 'list'

  /** @param reason What may be told of the cause, and what to do about it. */
  constructor(operation: 'read' | 'write' | 'delete' | 'list', cause: unknown, reason = '') {
    const why = reason === '' ? '' : `: ${reason}`
    super('ERR_SESSION_STORE', `The session store failed to ${operation}${why}`, { cause })
    this.operation = operation
  }
}

/** Some of a user's sessions could not be ended; the others were. Code `ERR_SESSION_STORE`. */
export class RevokeError extends StoreError {
  override readonly name = 'RevokeError'
  /** How many were ended. */
  readonly ended: number
  /** Why the others were not; the first is `cause`, too. */
  readonly failures: readonly unknown[]

  constructor(ended: number, failures: readonly unknown[]) {
    const [first] = failures
    const isStoreError = isSessionError(first, 'ERR_SESSION_STORE')
    super(isStoreError ? first.operation : 'delete', isStoreError ? first.cause : first)
    this.message += `: ${ended} sessions of the user were ended, and ${failures.length} operations failed`
    this.ended = ended
    this.failures = failures
  }
}

/** Other requests changed the session each time we tried to save it. Code `ERR_SESSION_CONFLICT`, status 503. */
export class SessionConflictError extends TemporaryError {
  override readonly name = 'SessionConflictError'
  /** How often it was tried. */
  readonly attempts: number

  constructor(attempts: number) {
    super(
      'ERR_SESSION_CONFLICT',
      `The session was changed by others in each of ${attempts} tries to save it`,
    )
    this.attempts = attempts
  }
}

/** Why a live connection's session ended: docs/live-connections.md says what each means for the client. */
export type EndReason = 'revoked' | 'destroyed' | 'expired' | 'rotated' | 'gone' | 'unverified'

/** The session of a live connection ended: what its signal is aborted with. Code `ERR_SESSION_ENDED`. */
export class SessionEndedError extends SessionError {
  override readonly name = 'SessionEndedError'
  readonly reason: EndReason

  constructor(reason: EndReason) {
    super('ERR_SESSION_ENDED', `The session of this connection ended: ${reason}`)
    this.reason = reason
  }
}

interface ErrorsByCode {
  ERR_SESSION_STORE: StoreError
  ERR_SESSION_CONFLICT: SessionConflictError
  ERR_SESSION_COOKIE_SIZE: CookieSizeError
  ERR_SESSION_TOO_LARGE: SessionTooLargeError
  ERR_SESSION_CONFIG: SessionError
  ERR_SESSION_LIMIT: SessionError
}

/** Whether it is this error, of any copy of this package that works with this one. */
export function isSessionError<Code extends keyof ErrorsByCode>(
  error: unknown,
  code: Code,
): error is ErrorsByCode[Code] {
  return isBranded(error, 'error') && (error as SessionError).code === code
}

/** Whether the store failed, or would not stop changing: the same may work a little later. */
export function isStoreFailure(error: unknown): error is StoreError | SessionConflictError {
  return isSessionError(error, 'ERR_SESSION_STORE') || isSessionError(error, 'ERR_SESSION_CONFLICT')
}

/** Makes the error for an option that is wrong. `message` says what to write instead. */
export function configError(message: string): SessionError {
  return new SessionError('ERR_SESSION_CONFIG', message)
}

/** Makes the error for a change of a session that has ended. */
export function destroyedError(): SessionError {
  return new SessionError(
    'ERR_SESSION_DESTROYED',
    'Session has been destroyed. The next request begins a new one; ' +
      'a last message can be in its URL.',
  )
}

/** Makes the error for what comes after the response was made. `advice` says what to do instead. */
export function committedError(advice: string): SessionError {
  return new SessionError(
    'ERR_SESSION_COMMITTED',
    `The session was saved with the response: ${advice}`,
  )
}

/** Makes the error for a change where nothing can be sent to the visitor. `advice` says where it can. */
export function readOnlyError(advice: string): SessionError {
  return new SessionError(
    'ERR_SESSION_READ_ONLY',
    `The session can only be read here, so this change would be lost: ${advice}`,
  )
}
