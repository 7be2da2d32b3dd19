import { concatBytes, decoder, encoder, equalBytes, hasAt } from '../runtime/bytes.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import type { Aead } from '../runtime/crypto/backend.ts'
import { createKeys, type CookieKey, type KeyOptions } from './keys.ts'
import { andThen, once, type MaybePromise } from '../runtime/maybe-promise.ts'
import { isBuildingSnapshot } from '../runtime/platform.ts'
import { randomBytes } from '../runtime/random.ts'

/*
 * A sealed value, before base64url:
 *
 *   0x01 | key id 4 | salt 12 | nonce 12 | AES-256-GCM of (0x00, value in UTF-8) | tag 16
 *
 * Random nonces under one key are safe for 2^32 messages only (NIST SP 800-38D §8.3), which a busy
 * site reaches in days. So each process seals under a subkey of its own, HKDF(key, salt), and draws a
 * new salt after 2^31 seals or a day. A reader derives the same subkey from the salt in the cookie.
 *
 * A signed value, before base64url:
 *
 *   0x02 | key id 4 | value in UTF-8 | HMAC-SHA-256 32
 *
 * Version, key id, cookie name and context are authenticated in both. There is no other decoder.
 */

const sealedVersion = 1
const signedVersion = 2
const idStart = 1
const keyIdEnd = 5
const saltEnd = 17
const nonceEnd = 29
const tagLength = 16
const macLength = 32
/** The first byte of what is sealed says what follows: 0, a value as it is. What was sealed in another format is not opened. */
const plainFormat = 0

const sealsPerSalt = 2 ** 31
const millisecondsPerSalt = 86_400_000

/** A value that was authentic, and whether the first secret had sealed it. */
export interface Opened {
  value: string
  current: boolean
}

/** What this process seals with, until it draws a new salt. */
interface Writer {
  key: CookieKey
  aead: Aead
  /** Version, key id and salt. */
  head: Uint8Array
}

/** Makes values that only this application can have made, and recognises them. */
export interface Seal {
  seal(value: string): MaybePromise<string>
  /** Undefined for everything that is not whole, ours and meant for this cookie. Never throws. */
  open(text: string): MaybePromise<Opened | undefined>
}

type OpenWith = (key: CookieKey, bytes: Uint8Array) => MaybePromise<string | undefined>

/** Opens with the first key that can, of those that the bytes name: more than one only by chance. */
function openWithAny(
  keys: readonly CookieKey[],
  bytes: Uint8Array,
  open: OpenWith,
): MaybePromise<Opened | undefined> {
  const index = keys.findIndex(({ id }) => hasAt(bytes, idStart, id))
  if (index === -1) return undefined
  const { current } = keys[index]!
  const opened = (value: string | undefined) =>
    value === undefined ? openWithAny(keys.slice(index + 1), bytes, open) : { value, current }
  const value = open(keys[index]!, bytes)
  return typeof value === 'object' ? value.then(opened) : opened(value)
}

/** Seals with AES-256-GCM under salted subkeys: nobody but the server can read or change the value. */
export function createEncryptingSeal(options: KeyOptions): Seal {
  const keys = createKeys(options, 'enc')
  let writer = once(createWriter)
  let seals = 0
  let since = Date.now()
  /** Whether many processes may start with this writer: each of them must draw a salt of its own. */
  let isFrozen = isBuildingSnapshot()

  function subkey(key: CookieKey, salt: Uint8Array): MaybePromise<Aead> {
    return andThen(cryptoBackend.hkdf(key.key, salt, key.subkeyInfo, 32), cryptoBackend.aead)
  }

  function createWriter(): MaybePromise<Writer> {
    return andThen(keys(), (all) => {
      const key = all[0]!
      const salt = randomBytes(saltEnd - keyIdEnd)
      return andThen(subkey(key, salt), (aead) => {
        const head = concatBytes(Uint8Array.of(sealedVersion), key.id, salt)
        return { key, aead, head }
      })
    })
  }

  function currentWriter(): MaybePromise<Writer> {
    const now = Date.now()
    if (isFrozen || seals >= sealsPerSalt || now - since >= millisecondsPerSalt) {
      isFrozen = isBuildingSnapshot()
      writer = once(createWriter)
      seals = 0
      since = now
    }
    seals++
    return writer()
  }

  function openWith(key: CookieKey, bytes: Uint8Array): MaybePromise<string | undefined> {
    const known = key.subkeys.find(bytes, keyIdEnd, saltEnd)
    if (known !== undefined) return openBy(known)
    const salt = bytes.slice(keyIdEnd, saltEnd)
    return andThen(subkey(key, salt), (aead) =>
      andThen(openBy(aead), (value) => {
        if (value !== undefined) key.subkeys.keep({ salt, aead })
        return value
      }),
    )

    function openBy(aead: Aead): MaybePromise<string | undefined> {
      const nonce = bytes.subarray(saltEnd, nonceEnd)
      return aead.open(nonce, bytes.subarray(nonceEnd), {
        associated: key.associated,
        first: plainFormat,
      })
    }
  }

  function sealWith({ key, aead, head }: Writer, value: string): MaybePromise<string> {
    const nonce = randomBytes(nonceEnd - saltEnd)
    const { associated } = key
    const sealed = aead.seal(String.fromCharCode(plainFormat) + value, { head, nonce, associated })
    return 'then' in sealed
      ? sealed.then(cryptoBackend.toBase64url)
      : cryptoBackend.toBase64url(sealed)
  }

  return {
    seal(value) {
      const current = currentWriter()
      return 'then' in current
        ? current.then((late) => sealWith(late, value))
        : sealWith(current, value)
    },
    open(text) {
      const bytes = cryptoBackend.fromBase64url(text)
      if (bytes === undefined || bytes.length <= nonceEnd + tagLength) return undefined
      if (bytes[0] !== sealedVersion) return undefined
      const all = keys()
      return 'then' in all
        ? all.then((late) => openWithAny(late, bytes, openWith))
        : openWithAny(all, bytes, openWith)
    },
  }
}

/** Signs with HMAC-SHA-256: the value can be read by everybody and changed by nobody else. */
export function createSigningSeal(options: KeyOptions): Seal {
  const keys = createKeys(options, 'mac')

  function signature(key: CookieKey, body: Uint8Array): MaybePromise<Uint8Array> {
    return andThen(key.mac(), (mac) => mac(concatBytes(key.associated, body)))
  }

  function openWith(key: CookieKey, bytes: Uint8Array): MaybePromise<string | undefined> {
    const body = bytes.subarray(0, -macLength)
    return andThen(signature(key, body), (mac) =>
      equalBytes(mac, bytes.subarray(-macLength))
        ? decoder.decode(body.subarray(keyIdEnd))
        : undefined,
    )
  }

  return {
    seal(value) {
      return andThen(keys(), ([key]) => {
        const body = concatBytes(Uint8Array.of(signedVersion), key!.id, encoder.encode(value))
        return andThen(signature(key!, body), (mac) =>
          cryptoBackend.toBase64url(concatBytes(body, mac)),
        )
      })
    },
    open(text) {
      const bytes = cryptoBackend.fromBase64url(text)
      if (bytes === undefined || bytes.length < keyIdEnd + macLength) return undefined
      if (bytes[0] !== signedVersion) return undefined
      return andThen(keys(), (all) => openWithAny(all, bytes, openWith))
    },
  }
}
