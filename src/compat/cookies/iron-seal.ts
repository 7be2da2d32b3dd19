import { cryptoBackend } from '../../core/runtime/crypto/choose.ts'

/*
 * The seal of iron, version 2, as iron-session uses it:
 *
 *   Fe26.2 * password id * salt * iv * ciphertext * expiry * MAC salt * MAC
 *
 *   ciphertext = AES-256-CBC(PBKDF2-SHA-1(password, salt, 1 iteration), iv, JSON), base64url as is iv
 *   MAC        = HMAC-SHA-256(PBKDF2-SHA-1(password, MAC salt, 1 iteration), all before " * MAC salt")
 *   expiry     = milliseconds since the epoch, or nothing; salts are 32 bytes in hex, used as text
 *
 * One iteration is no protection for a weak password; iron-session asks for long ones instead.
 */

const layout =
  /^Fe26\.2\*(\w+)\*([0-9a-f]{64})\*([\w-]{22})\*([\w-]+)\*(\d{0,16})\*([0-9a-f]{64})\*([\w-]{43})$/
/** Milliseconds that clocks may differ. */
const skew = 60_000
const encoder = new TextEncoder()

type Bytes = Uint8Array<ArrayBuffer>

/**
 * What is in the seal, or undefined unless it is authentic and still valid. Nothing is decrypted before
 * the MAC is verified: AES-CBC alone would tell an attacker too much (a padding oracle).
 *
 * @param passwords By their ids.
 * @param now Milliseconds since the epoch.
 */
export async function openIron(
  seal: string,
  passwords: ReadonlyMap<string, string>,
  now: number,
): Promise<Uint8Array | undefined> {
  const parts = layout.exec(seal)
  if (parts === null) return undefined
  const [, id, salt, ivText, sealedText, expiry, macSalt, macText] = parts as unknown as string[]
  const password = passwords.get(id!)
  const [iv, sealed, mac] = [ivText!, sealedText!, macText!].map(cryptoBackend.fromBase64url)
  if (password === undefined) return undefined
  if (iv === undefined || sealed === undefined || mac === undefined) return undefined
  const signed = seal.slice(0, -(macSalt!.length + macText!.length + 2))
  if (!(await isSigned(signed, mac, await derive(password, macSalt!)))) return undefined
  if (expiry !== '' && Number(expiry) <= now - skew) return undefined
  return decrypt(sealed, iv, await derive(password, salt!))
}

async function derive(password: string, salt: string): Promise<ArrayBuffer> {
  const { subtle } = crypto
  const key = await subtle.importKey('raw', encoder.encode(password), 'PBKDF2', false, [
    'deriveBits',
  ])
  const parameters = { name: 'PBKDF2', hash: 'SHA-1', salt: encoder.encode(salt), iterations: 1 }
  return subtle.deriveBits(parameters, key, 256)
}

async function isSigned(text: string, mac: Uint8Array, raw: ArrayBuffer): Promise<boolean> {
  const { subtle } = crypto
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await subtle.importKey('raw', raw, algorithm, false, ['verify'])
  return subtle.verify('HMAC', key, mac as Bytes, encoder.encode(text))
}

async function decrypt(
  sealed: Uint8Array,
  iv: Uint8Array,
  raw: ArrayBuffer,
): Promise<Uint8Array | undefined> {
  const { subtle } = crypto
  const key = await subtle.importKey('raw', raw, 'AES-CBC', false, ['decrypt'])
  try {
    const parameters = { name: 'AES-CBC', iv: iv as Bytes }
    return new Uint8Array(await subtle.decrypt(parameters, key, sealed as Bytes))
  } catch {
    return undefined
  }
}
