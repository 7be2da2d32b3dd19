import assert from 'node:assert/strict'

/** That every bit is set in about half of them, as where each is drawn by lot. They are equally long. */
export function assertEvenBits(drawn: readonly Uint8Array[]): void {
  const set = Array<number>(drawn[0]!.length * 8).fill(0)
  for (const bytes of drawn) {
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) set[at * 8 + bit]! += (bytes[at]! >> bit) & 1
    }
  }
  // Six standard deviations: chance alone does that once in a million runs of 500 bits.
  const most = 6 * Math.sqrt(drawn.length / 4)
  for (const [bit, count] of set.entries()) {
    const isEven = Math.abs(count - drawn.length / 2) < most
    assert.ok(isEven, `bit ${bit} is set in ${count} of ${drawn.length}`)
  }
}
