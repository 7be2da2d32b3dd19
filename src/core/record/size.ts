import type { KeySize } from '../errors.ts'
import type { ValueCodec } from './codec.ts'
import { byteLength } from '../runtime/bytes.ts'
import { encodeMap } from './record.ts'

/** The keys that take most of the record, biggest first. */
export function biggestKeys(
  { values, flash }: Readonly<Record<'values' | 'flash', ReadonlyMap<string, unknown>>>,
  codec: ValueCodec,
): KeySize[] {
  const stored = [values, flash].flatMap((map) => Object.entries(encodeMap(map, codec) ?? {}))
  const sizes = stored.map(([key, value]) => ({
    key,
    bytes: byteLength(JSON.stringify(value) ?? ''),
  }))
  return sizes.sort((a, b) => b.bytes - a.bytes).slice(0, 3)
}
