import type { Aead, CryptoBackend, Mac } from './backend.ts'

/* The few parts of `node:crypto` and `Buffer` that are used, so that core compiles without Node's types. */

interface NodeBuffer extends Uint8Array {
  toString(encoding?: 'base64url' | 'utf8', start?: number): string
}
interface BufferConstructor {
  [Symbol.hasInstance](value: unknown): value is NodeBuffer
  from(text: string, encoding: 'base64url' | 'utf8'): NodeBuffer
  from(bytes: ArrayBufferLike, offset: number, length: number): NodeBuffer
  concat(parts: readonly Uint8Array[]): NodeBuffer
  byteLength(text: string): number
}
interface Cipher {
  setAAD(associated: Uint8Array): unknown
  update(text: string, encoding: 'utf8'): NodeBuffer
  final(): NodeBuffer
  getAuthTag(): NodeBuffer
}
interface Decipher {
  setAAD(associated: Uint8Array): unknown
  setAuthTag(tag: Uint8Array): unknown
  update(bytes: Uint8Array): NodeBuffer
  final(): NodeBuffer
}
interface Hash {
  update(data: string | Uint8Array): Hash
  digest(): NodeBuffer
  digest(encoding: 'base64url'): string
}
interface KeyObject {
  readonly type: string
}

/** The shape of `node:crypto` that this file needs. */
export interface NodeCrypto {
  createCipheriv(name: string, key: KeyObject, nonce: Uint8Array): Cipher
  createDecipheriv(
    name: string,
    key: KeyObject,
    nonce: Uint8Array,
    options: { authTagLength: number },
  ): Decipher
  createHash(name: string): Hash
  createHmac(name: string, key: KeyObject): Hash
  createSecretKey(key: Uint8Array): KeyObject
  hkdfSync(
    digest: string,
    secret: Uint8Array,
    salt: Uint8Array,
    info: Uint8Array,
    length: number,
  ): ArrayBuffer
  hash?(name: string, data: string, encoding: 'base64url'): string
}

const algorithm = 'aes-256-gcm'
const tagLength = 16

/** Cryptography on `node:crypto`: everything at once, nothing through the thread pool. */
export function createNodeBackend(crypto: NodeCrypto): CryptoBackend {
  const { Buffer } = globalThis as unknown as { Buffer: BufferConstructor }

  function aead(raw: Uint8Array): Aead {
    // A KeyObject and not the bytes: on Node 24 bytes make every call about four times slower.
    const key = crypto.createSecretKey(raw)
    return {
      seal(text, { head, nonce, associated }) {
        const cipher = crypto.createCipheriv(algorithm, key, nonce)
        cipher.setAAD(associated)
        const body = cipher.update(text, 'utf8')
        cipher.final()
        return Buffer.concat([head, nonce, body, cipher.getAuthTag()])
      },
      open(nonce, sealed, { associated, first }) {
        const end = sealed.length - tagLength
        const decipher = crypto.createDecipheriv(algorithm, key, nonce, {
          authTagLength: tagLength,
        })
        decipher.setAAD(associated)
        decipher.setAuthTag(sealed.subarray(end))
        const body = decipher.update(sealed.subarray(0, end))
        try {
          decipher.final()
        } catch {
          return undefined
        }
        if (first === undefined) return body.toString('utf8')
        // A text that is cut out of a longer one takes longer to read.
        return body[0] === first ? body.toString('utf8', 1) : undefined
      },
    }
  }

  function mac(raw: Uint8Array): Mac {
    const key = crypto.createSecretKey(raw)
    return (message) => crypto.createHmac('sha256', key).update(message).digest()
  }

  return {
    aead,
    mac,
    sha256: crypto.hash
      ? (text) => crypto.hash!('sha256', text, 'base64url')
      : (text) => crypto.createHash('sha256').update(text).digest('base64url'),
    hkdf: (secret, salt, info, length) =>
      new Uint8Array(crypto.hkdfSync('sha256', secret, salt, info, length)),
    toBase64url(bytes) {
      const isBuffer = bytes instanceof Buffer
      const buffer = isBuffer
        ? bytes
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      return buffer.toString('base64url')
    },
    fromBase64url(text) {
      const bytes = Buffer.from(text, 'base64url')
      return isOnlySpelling(text, bytes) ? bytes : undefined
    },
  }

  /**
   * Whether this is the one canonical text of these bytes. `Buffer` skips what is not of the alphabet, takes two alphabets, and
   * looks at no more than the low byte of a character. Writing all of the bytes again, to compare, takes twice as long.
   */
  function isOnlySpelling(text: string, bytes: NodeBuffer): boolean {
    const { length } = text
    if (length % 4 === 1 || bytes.length !== Math.floor((length * 3) / 4)) return false
    if (text.includes('+') || text.includes('/') || Buffer.byteLength(text) !== length) return false
    // The last character has bits that stand for nothing.
    return text.endsWith(bytes.toString('base64url', bytes.length - (bytes.length % 3)))
  }
}
