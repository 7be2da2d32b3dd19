import { cryptoBackend } from '../../core/runtime/crypto/choose.ts'

/** A byte order mark is a character like others: it was in the text. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** RFC 4648 §4 with padding: the bytes, or undefined unless the text is the one encoding of them. */
export function fromBase64(text: string): Uint8Array | undefined {
  const [, digits, padding] = /^([^=]*)(=*)$/.exec(text) ?? []
  if (digits === undefined || padding !== '='.repeat(-digits.length & 3)) return undefined
  return fromUnpaddedBase64(digits)
}

/** The same without padding. */
export function fromUnpaddedBase64(text: string): Uint8Array | undefined {
  if (/[-_]/.test(text)) return undefined
  return cryptoBackend.fromBase64url(text.replace(/\+/g, '-').replace(/\//g, '_'))
}

/** The bytes' text, or undefined unless they are UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
