import { concatBytes, decoder, encoder } from '../bytes.ts'
import type { Aead, CryptoBackend, Mac } from './backend.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

type Bytes = Uint8Array<ArrayBuffer>

function toBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    // What is behind the end counts as 0, and is cut off below.
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!
    text += alphabet[group >> 18]! + alphabet[(group >> 12) & 63]!
    text += alphabet[(group >> 6) & 63]! + alphabet[group & 63]!
  }
  return text.slice(0, Math.ceil((bytes.length * 4) / 3))
}

/** What each letter stands for, by its code. Searching the alphabet took a third of reading a cookie. */
const meanings = new Uint8Array(128)
for (let i = 0; i < 64; i++) meanings[alphabet.charCodeAt(i)] = i

function fromBase64url(text: string): Bytes | undefined {
  if (text.length % 4 === 1 || /[^\w-]/.test(text)) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let group = 0
  let length = 0
  for (let i = 0; i < text.length; i++) {
    group = (group << 6) | meanings[text.charCodeAt(i)]!
    const at = i % 4
    if (at > 0) bytes[length++] = group >> (6 - 2 * at)
  }
  // The last character has bits that stand for nothing.
  return text.endsWith(toBase64url(bytes.subarray(length - (length % 3)))) ? bytes : undefined
}

async function aead(raw: Uint8Array): Promise<Aead> {
  const { subtle } = crypto
  const key = await subtle.importKey('raw', raw as Bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const parameters = (nonce: Uint8Array, associated: Uint8Array) => ({
    name: 'AES-GCM',
    iv: nonce as Bytes,
    additionalData: associated as Bytes,
  })
  return {
    async seal(text, { head, nonce, associated }) {
      const body = encoder.encode(text)
      const sealed = await subtle.encrypt(parameters(nonce, associated), key, body)
      return concatBytes(head, nonce, new Uint8Array(sealed))
    },
    async open(nonce, sealed, { associated, first }) {
      try {
        const body = await subtle.decrypt(parameters(nonce, associated), key, sealed as Bytes)
        const bytes = new Uint8Array(body)
        if (first === undefined) return decoder.decode(bytes)
        return bytes[0] === first ? decoder.decode(bytes.subarray(1)) : undefined
      } catch {
        return undefined
      }
    },
  }
}

async function mac(raw: Uint8Array): Promise<Mac> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', raw as Bytes, algorithm, false, ['sign'])
  return async (message) => new Uint8Array(await crypto.subtle.sign('HMAC', key, message as Bytes))
}

/** Cryptography on Web Crypto, for runtimes without `node:crypto`. */
export const webBackend: CryptoBackend = {
  aead,
  mac,
  toBase64url,
  fromBase64url,
  async sha256(text) {
    return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))))
  },
  async hkdf(secret, salt, info, length) {
    const key = await crypto.subtle.importKey('raw', secret as Bytes, 'HKDF', false, ['deriveBits'])
    const parameters = { name: 'HKDF', hash: 'SHA-256', salt: salt as Bytes, info: info as Bytes }
    return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, length * 8))
  },
}
