import { equalBytes } from '../../core/runtime/bytes.ts'
import { cryptoBackend } from '../../core/runtime/crypto/choose.ts'
import { fromUnpaddedBase64 } from './base64.ts'

/*
 * The one way of signing that Remix, React Router and express-session share, since cookie-signature:
 *
 *   text "." base64(HMAC-SHA-256(secret, text)), without padding
 */

const layout = /^(.+)\.([A-Za-z0-9+/]{43})$/s
const encoder = new TextEncoder()

/** The text, if one of these secrets signed it. Nothing of it is looked at before. */
export async function openSigned(
  signed: string,
  secrets: readonly (string | Uint8Array)[],
): Promise<string | undefined> {
  const [, text, digits] = layout.exec(signed) ?? []
  const signature = digits === undefined ? undefined : fromUnpaddedBase64(digits)
  if (text === undefined || signature === undefined) return undefined
  const message = encoder.encode(text)
  for (const secret of secrets) {
    const mac = await cryptoBackend.mac(
      typeof secret === 'string' ? encoder.encode(secret) : secret,
    )
    if (equalBytes(await mac(message), signature)) return text
  }
  return undefined
}

/** The text without its percent-encoding, or undefined if that is damaged. */
export function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
