import { CookieSizeError, isSessionError, type KeySize } from '../errors.ts'
import type { ValueCodec } from './codec.ts'
import { byteLength } from '../runtime/bytes.ts'
import { encodeMap } from './record.ts'

type Data = Readonly<Record<'values' | 'flash', ReadonlyMap<string, unknown>>>

/** The keys that take most of the record, biggest first. */
export function biggestKeys({ values, flash }: Data, codec: ValueCodec): KeySize[] {
  const stored = [values, flash].flatMap((map) => Object.entries(encodeMap(map, codec) ?? {}))
  const sizes = stored.map(([key, value]) => ({
    key,
    bytes: byteLength(JSON.stringify(value) ?? ''),
  }))
  return sizes.sort((a, b) => b.bytes - a.bytes).slice(0, 3)
}

/** The same error, which says what takes the space if a cookie was too large for it: the cookie only knows how much it is. */
export function namingKeys(
  error: unknown,
  cookieName: string,
  [data, codec]: readonly [data: Data, codec: ValueCodec],
): unknown {
  if (!isSessionError(error, 'ERR_SESSION_COOKIE_SIZE')) return error
  return new CookieSizeError(cookieName, error.size, error.limit, biggestKeys(data, codec))
}
