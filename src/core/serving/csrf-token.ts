import { configError } from '../errors.ts'
import { concatBytes, encoder, equalBytes } from '../runtime/bytes.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import { randomBytes } from '../runtime/random.ts'

/** What is used of a session: every one of ours has it. */
export interface CsrfSession {
  readonly id: string
  readonly isNew: boolean
  readonly dirty: boolean
  readonly destroyed: boolean
  regenerateId(deleteOld?: boolean): void
}

const label = encoder.encode('coatcheck/csrf/v1')
const length = 32

/**
 * A token for a form of this session, or for a script's `fetch`. It is another text each time, so that what a compressed page
 * weighs says nothing about it (BREACH), and it holds nothing that leads to the session's id. It is good for as long as the
 * session has its id: until the next `login()`, `regenerateId()` or `destroy()`.
 *
 * A visitor who has no session yet begins one with it, even if the session holds nothing.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if it gets no session.
 */
export async function csrfToken(session: CsrfSession): Promise<string> {
  assertSession(session)
  // Its id has to be there at the next request.
  if (session.isNew && !session.dirty && !session.destroyed) session.regenerateId()
  const mask = randomBytes(length)
  return cryptoBackend.toBase64url(concatBytes(mask, xor(mask, await secretOf(session))))
}

/** Whether the text is a token of this session. */
export async function isTokenOf(session: CsrfSession, token: string): Promise<boolean> {
  const bytes = cryptoBackend.fromBase64url(token)
  if (bytes?.length !== 2 * length) return false
  const given = xor(bytes.subarray(0, length), bytes.subarray(length))
  return equalBytes(given, await secretOf(session))
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` */
export function assertSession(session: CsrfSession): void {
  if (typeof session?.id === 'string') return
  throw configError('A session is needed here: the session middleware must come before')
}

/** What only this id can make, and from which nobody gets the id. */
async function secretOf({ id }: CsrfSession): Promise<Uint8Array> {
  const mac = await cryptoBackend.mac(encoder.encode(id))
  return mac(label)
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, index) => byte ^ b[index]!)
}
