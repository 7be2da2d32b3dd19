/*
 * The layout of sealed and signed cookies once more, written from its description in src/core/cookie/seal.ts
 * and cookie-keys.ts with `node:crypto` alone: what the package writes is compared with this.
 */
import { createCipheriv, createHmac } from 'node:crypto'

export interface Sealing {
  secret: string
  name: string
  context: string
  value: string
}

const label = 'coatcheck/cookie/v1'

function hmac(key: Uint8Array | string, ...parts: (Uint8Array | string)[]): Buffer {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** HKDF (RFC 5869 §2) for one block at most, which is all that keys of 32 bytes need. */
function hkdf(
  secret: Uint8Array | string,
  salt: Uint8Array | string,
  info: Uint8Array,
  length: number,
): Buffer {
  return hmac(hmac(salt, secret), info, Uint8Array.of(1)).subarray(0, length)
}

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function bindingOf({ name, context }: Sealing): Buffer {
  return Buffer.concat([withLength(name), withLength(context)])
}

export function keyIdOf(secret: string): Buffer {
  return hkdf(secret, label, Buffer.from('kid'), 4)
}

/** What an encrypting cookie writes for this salt and this nonce. */
export function sealedValue(
  sealing: Sealing,
  salt: Uint8Array,
  nonce: Uint8Array,
  format = '\0',
): string {
  const binding = bindingOf(sealing)
  const info = Buffer.concat([Buffer.from('enc\0AES-256-GCM\0'), binding])
  const key = hkdf(sealing.secret, label, info, 32)
  const subkey = hkdf(key, salt, Buffer.from(`${label}\0subkey\0`), 32)
  const start = Buffer.concat([Uint8Array.of(1), keyIdOf(sealing.secret)])
  const cipher = createCipheriv('aes-256-gcm', subkey, nonce)
  cipher.setAAD(Buffer.concat([Buffer.from(`${label}\0enc\0`), start, binding]))
  const body = [cipher.update(format + sealing.value, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat([start, salt, nonce, ...body]).toString('base64url')
}

/** What a signing cookie writes. */
export function signedValue(sealing: Sealing): string {
  const binding = bindingOf(sealing)
  const info = Buffer.concat([Buffer.from('mac\0HMAC-SHA-256\0'), binding])
  const key = hkdf(sealing.secret, label, info, 32)
  const start = Buffer.concat([Uint8Array.of(2), keyIdOf(sealing.secret)])
  const body = Buffer.concat([start, Buffer.from(sealing.value, 'utf8')])
  // The signature covers what the encryption authenticates beside the value, and then the whole body.
  const tag = hmac(key, `${label}\0mac\0`, start, binding, body)
  return Buffer.concat([body, tag]).toString('base64url')
}

export interface SealedParts {
  version: number
  keyId: Buffer
  salt: Buffer
  nonce: Buffer
}

/** The readable parts of a sealed value. */
export function partsOf(text: string): SealedParts {
  const bytes = Buffer.from(text, 'base64url')
  return {
    version: bytes[0]!,
    keyId: bytes.subarray(1, 5),
    salt: bytes.subarray(5, 17),
    nonce: bytes.subarray(17, 29),
  }
}
