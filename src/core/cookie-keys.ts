import { cryptoBackend } from './crypto/choose.ts'
import type { Aead, Mac } from './crypto/backend.ts'
import { all, andThen, type MaybePromise } from './maybe-promise.ts'

export interface KeyOptions {
  secrets: readonly string[]
  /** The cookie's name: a value sealed for one cookie is worth nothing in another. */
  name: string
  context: string
}

/** One secret's key for one cookie. */
export interface CookieKey {
  /** Four bytes that name the key in the cookie. They say nothing of the secret. */
  readonly id: Uint8Array
  readonly key: Uint8Array
  /** Whether this is the first secret's, the one that writes. */
  readonly current: boolean
  /** What is authenticated beside the value: label, version and key id, cookie name, context. */
  readonly associated: Uint8Array
  readonly subkeyInfo: Uint8Array
  readonly subkeys: Map<string, Aead>
  mac?: MaybePromise<Mac>
}

type Purpose = 'enc' | 'mac'

const label = 'coatcheck/cookie/v1'
const encoder = new TextEncoder()
const names = { enc: 'enc\0AES-256-GCM\0', mac: 'mac\0HMAC-SHA-256\0' }
const versions = { enc: 1, mac: 2 }

function concat(...parts: (string | Iterable<number>)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => [...(typeof part === 'string' ? encoder.encode(part) : part)]),
  )
}

/** The text's UTF-8 with its length before it, so that two texts in a row cannot be read differently. */
function prefixed(text: string): Uint8Array {
  const bytes = encoder.encode(text)
  return concat([bytes.length >> 8, bytes.length & 255], bytes)
}

function deriveKey(
  { name, context }: KeyOptions,
  secret: string,
  purpose: Purpose,
  current: boolean,
): MaybePromise<CookieKey> {
  const binding = concat(prefixed(name), prefixed(context))
  const hkdf = (info: Uint8Array, length: number) =>
    cryptoBackend.hkdf(encoder.encode(secret), encoder.encode(label), info, length)
  return andThen(hkdf(encoder.encode('kid'), 4), (id) =>
    andThen(hkdf(concat(names[purpose], binding), 32), (key) => ({
      id,
      key,
      current,
      associated: concat(`${label}\0${purpose}\0`, [versions[purpose]], id, binding),
      subkeyInfo: encoder.encode(`${label}\0subkey\0`),
      subkeys: new Map(),
    })),
  )
}

/**
 * The keys of all secrets, the one that writes first. They are derived when first asked for, because
 * some runtimes forbid cryptography outside a request, and kept.
 */
export function createKeys(
  options: KeyOptions,
  purpose: Purpose,
): () => MaybePromise<readonly CookieKey[]> {
  let keys: MaybePromise<readonly CookieKey[]> | undefined
  return () => {
    keys ??= andThen(
      all(options.secrets.map((secret, i) => deriveKey(options, secret, purpose, i === 0))),
      (derived) => (keys = derived),
    )
    return keys
  }
}
