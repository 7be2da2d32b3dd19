import { concatBytes, encoder } from '../runtime/bytes.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import type { Mac } from '../runtime/crypto/backend.ts'
import { all, andThen, once, type MaybePromise } from '../runtime/maybe-promise.ts'
import { Subkeys } from './subkeys.ts'

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
  readonly subkeys: Subkeys
  readonly mac: () => MaybePromise<Mac>
}

type Purpose = 'enc' | 'mac'

const label = 'coatcheck/cookie/v1'
const utf8 = (text: string): Uint8Array => encoder.encode(text)
const names = { enc: 'enc\0AES-256-GCM\0', mac: 'mac\0HMAC-SHA-256\0' }
const versions = { enc: 1, mac: 2 }

/** The text's UTF-8 with its length before it, so that two texts in a row cannot be read differently. */
function prefixed(text: string): Uint8Array {
  const bytes = utf8(text)
  return concatBytes(Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes)
}

function deriveKey(
  { name, context }: KeyOptions,
  secret: string,
  purpose: Purpose,
  current: boolean,
): MaybePromise<CookieKey> {
  const binding = concatBytes(prefixed(name), prefixed(context))
  const version = Uint8Array.of(versions[purpose])
  const hkdf = (info: Uint8Array, length: number) =>
    cryptoBackend.hkdf(utf8(secret), utf8(label), info, length)
  return andThen(hkdf(utf8('kid'), 4), (id) =>
    andThen(hkdf(concatBytes(utf8(names[purpose]), binding), 32), (key) => ({
      id,
      key,
      current,
      associated: concatBytes(utf8(`${label}\0${purpose}\0`), version, id, binding),
      subkeyInfo: utf8(`${label}\0subkey\0`),
      subkeys: new Subkeys(),
      mac: once(() => cryptoBackend.mac(key)),
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
  return once(() =>
    all(options.secrets.map((secret, i) => deriveKey(options, secret, purpose, i === 0))),
  )
}
