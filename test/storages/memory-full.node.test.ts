import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMemoryStore } from 'coatcheck/memory-storage'

const expiresAt = Date.now() + 3_600_000
const full = 50_000

async function secondsFor(count: number, write: (n: number) => Promise<unknown>): Promise<number> {
  const start = performance.now()
  for (let n = 0; n < count; n++) await write(n)
  return (performance.now() - start) / 1000
}

describe('a memory store that is full', () => {
  it('takes new sessions about as fast as an empty one: a flood does not stall the server', async () => {
    const ratios: number[] = []
    for (let attempt = 0; attempt < 3; attempt++) {
      const store = createMemoryStore({ maxSessions: full })
      const write = (key: string) => store.write(key, 'x', { replaces: null, expiresAt })
      await secondsFor(full - 500, (n) => write(`key-${n}`))
      const before = await secondsFor(500, (n) => write(`last-${n}`))
      const after = await secondsFor(500, (n) => write(`more-${n}`))
      ratios.push(after / before)
      await store.close()
    }
    assert.ok(
      Math.min(...ratios) < 20,
      `it takes ${ratios.map((ratio) => ratio.toFixed(1))} times as long`,
    )
  })
})
