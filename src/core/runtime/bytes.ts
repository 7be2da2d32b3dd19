export const encoder: TextEncoder = new TextEncoder()
/** A byte order mark is a character like others: it was in the text that was sealed. */
export const decoder: TextDecoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Bytes of the text in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length
}

/** The parts in a row. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Whether the part stands there in the whole. */
export function hasAt(whole: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) if (whole[at + i] !== part[i]) return false
  return true
}

/** Compares in a time that does not tell where two arrays of one length differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}
