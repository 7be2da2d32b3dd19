import { readCookieValues } from '../../core/cookie/header.ts'
import { configError } from '../../core/errors.ts'
import { type CookieSerializeOptions, priorityText } from './attributes.ts'

export interface CookieParseOptions {
  /** Undoes `encode`. Default: percent-decoding. */
  decode?: ((text: string) => string | undefined) | undefined
}

/** What a cookie's value may consist of (RFC 6265 §4.1.1). */
const cookieOctets = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A value as scripts read it: the base64 of its JSON. */
export function toBase64(json: string): string {
  let binary = ''
  for (const byte of encoder.encode(json)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** The value again. What is no such text reads as an empty object, and no text at all as `''`. */
export function fromBase64(text: string): unknown {
  if (text === '') return ''
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
    return JSON.parse(decoder.decode(bytes))
  } catch {
    return {}
  }
}

/** The header with this cookie's values as `encode` had left them. What `decode` refuses is no value. */
export function decodeHeader(
  header: string | null | undefined,
  name: string,
  decode: CookieParseOptions['decode'],
): string | null {
  if (!header || decode === undefined) return header ?? null
  const values = readCookieValues(header, name).map((text) => decodeText(text, decode))
  return values.map((value) => `${name}=${value}`).join('; ')
}

function decodeText(text: string, decode: NonNullable<CookieParseOptions['decode']>): string {
  try {
    return encodeURIComponent(decode(text) ?? '')
  } catch {
    return ''
  }
}

/** What our own attributes do not know: the text in other letters, and Priority. */
export function finishHeader(
  header: string,
  options: Pick<CookieSerializeOptions, 'encode' | 'priority'>,
): string {
  const { encode } = options
  const suffix = priorityText(options)
  if (!encode) return header + suffix
  const start = header.indexOf('=') + 1
  const end = header.indexOf(';')
  const text = encode(decodeURIComponent(header.slice(start, end)))
  if (!cookieOctets.test(text)) {
    throw configError('Cookie encode must return printable ASCII without blanks and , ; " \\')
  }
  return header.slice(0, start) + text + header.slice(end) + suffix
}
