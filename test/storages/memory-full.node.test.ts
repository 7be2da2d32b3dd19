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

/** Of so many times a hundred writes: what else the machine does only ever adds. */
async function fastestOf(times: number, write: (n: number) => Promise<unknown>): Promise<number> {
  let fastest = Infinity
  for (let i = 0; i < times; i++) {
    fastest = Math.min(fastest, await secondsFor(100, (n) => write(i * 100 + n)))
  }
  return fastest
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

describe('a memory store with many sessions', () => {
  it('writes as fast after many visitors came back in turn as after few', async () => {
    const many = 140_000
    const ratios: number[] = []
    for (let attempt = 0; attempt < 3; attempt++) {
      const store = createMemoryStore({ maxSessions: many })
      const versions: string[] = []
      const write = async (n: number, replaces: string | null) => {
        versions[n] = (await store.write(`key-${n}`, 'x', { replaces, expiresAt }))!
      }
      const again = (n: number) => write(n, versions[n]!)
      await secondsFor(many, (n) => write(n, null))
      const first = await fastestOf(20, (n) => again(n))
      await secondsFor(40_000, (n) => again(n + 2000))
      const last = await fastestOf(20, (n) => again(n + 42_000))
      ratios.push(last / first)
      await store.close()
    }
    assert.ok(
      Math.min(...ratios) < 5,
      `it takes ${ratios.map((ratio) => ratio.toFixed(1))} times as long`,
    )
  })
})
