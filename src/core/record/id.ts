import { configError } from '../errors.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import { randomBytes } from '../runtime/random.ts'

/** A session id in its two parts. */
interface SessionIdParts {
  /** Public: the store's key, seen in logs and device lists. It stays while the session lives, where that is in a store. */
  handle: string
  /** Known to the visitor only. The store keeps its SHA-256. Shorter where the cookie holds the session. */
  secret: string
}

const handleLength = 22 // 16 bytes in base64url
const secretLength = 43 // 32 bytes in base64url
const storeIdLength = handleLength + 1 + secretLength
const idSyntax = /^[A-Za-z0-9_-]{22}\.(?:[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43})$/
const handleSyntax = /^[A-Za-z0-9_-]{22}$/

/** A new handle: 128 random bits. */
export function createHandle(): string {
  return cryptoBackend.toBase64url(randomBytes(16))
}

/** A new secret: 256 random bits. ASVS 7.2.3 asks for 128 and does not count UUIDs (11.5.1). */
export function createSecret(bytes: number = 32): string {
  return cryptoBackend.toBase64url(randomBytes(bytes))
}

/** Makes a session id: `<handle>.<secret>`, 22 and 43 characters of base64url. */
export function createSessionId(): string {
  return createIdAt(createHandle())
}

/** A new id of the session that has this handle. */
export function createIdAt(handle: string, secretBytes?: number): string {
  return joinSessionId({ handle, secret: createSecret(secretBytes) })
}

/** The id of these parts. */
export function joinSessionId({ handle, secret }: SessionIdParts): string {
  return `${handle}.${secret}`
}

/** The parts of an id of any storage, or undefined if its syntax cannot be ours. */
export function parseSessionId(id: string): SessionIdParts | undefined {
  if (!idSyntax.test(id)) return undefined
  return { handle: id.slice(0, handleLength), secret: id.slice(handleLength + 1) }
}

/** The same of an id whose session is in a store. Checked before any I/O. */
export function parseStoreId(id: string): SessionIdParts | undefined {
  return id.length === storeIdLength ? parseSessionId(id) : undefined
}

/** The handle that somebody has named, or that of the id. Everything else stays as it is. */
export function handleIn(handleOrId: string): string {
  return parseSessionId(handleOrId)?.handle ?? handleOrId
}

/** Whether this could be a session's handle. */
export function isHandle(text: unknown): text is string {
  return typeof text === 'string' && handleSyntax.test(text)
}

/**
 * Whether the key is that of a note: that sessions were ended, which of a user's sessions count, or that one is of a group.
 * docs/stores.md names these keys: such a note must outlive whatever a store drops to make room.
 */
export function isNote(key: string): boolean {
  return /^(?:revoked|seats|groups?)-/.test(key)
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless this can name a group. */
export function assertGroup(group: unknown): asserts group is string {
  assertName('group', group)
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless this can be a user's id. */
export function assertUserId(userId: unknown): asserts userId is string {
  assertName('user id', userId)
}

/** The same function, which refuses whatever cannot be a user's id. */
export function ofUser<T>(ask: (userId: string) => Promise<T>): (userId: string) => Promise<T> {
  return async (userId) => {
    assertUserId(userId)
    return ask(userId)
  }
}

function assertName(what: string, name: unknown): void {
  if (typeof name === 'string' && name !== '' && name.isWellFormed()) return
  throw configError(
    `A ${what} is a string that is not empty, without lone surrogates; got ${typeof name}`,
  )
}
