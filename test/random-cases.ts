import process from 'node:process'
import fc from 'fast-check'

/**
 * How many random cases a test tries here, of so many. Each runtime draws others, so those of one run of `npm test` share
 * them; a file that is run alone, and `script/test --all`, try all.
 */
export function shareOf(many: number): number {
  const runtimes = Number(process.env['TEST_RUNTIMES'] ?? 1)
  return Math.max(Math.min(many, 50), Math.ceil(many / runtimes))
}

/** Whether chance gets less time than in `script/test --all`, or than in a file that is run alone. */
export const isBrief = process.env['TEST_BRIEFLY'] === '1'

/** Text of all characters there are. (For its unit "binary" fast-check makes a table of a million of them, each time.) */
export function anyText(constraints: { maxLength?: number } = {}): fc.Arbitrary<string> {
  const codePoint = fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.nat(0x10ffff))
  const unit = codePoint.filter((code) => code < 0xd800 || code > 0xdfff)
  return fc.string({ unit: unit.map((code) => String.fromCodePoint(code)), ...constraints })
}
