// Fills one memory store, waits until all of it has expired, and reports the heap. Needs --expose-gc.
import { setTimeout as wait } from 'node:timers/promises'
import { sessionData } from './payload.mjs'

const [file, name, sessions] = process.argv.slice(2)
const count = Number(sessions)
const ttl = 4000
const json = JSON.stringify(sessionData(1024))

try {
  process.send(await measureHeap())
} catch (error) {
  process.send({
    error: String(error?.stack ?? error)
      .split('\n')
      .slice(0, 2)
      .join(' '),
  })
}
process.disconnect()
process.exitCode = 0
setTimeout(() => process.exit(), 100).unref()

async function measureHeap() {
  const { contestants } = await import(new URL(`../contestants/${file}`, import.meta.url).href)
  const contestant = contestants.find((row) => row.workload === 'heap' && row.name === name)
  const { put, sweep, close } = await contestant.make({ ttl })

  await putMany(5000)
  await wait(ttl + 1000)
  await sweep?.()
  const before = heap()
  const start = performance.now()
  await putMany(count)
  const took = performance.now() - start
  if (took > ttl) throw new Error(`making ${count} sessions took ${took} ms, so some have expired`)
  const full = heap()
  await wait(ttl + 3500)
  // Some stores sweep when they are used: give them the chance.
  await putMany(20)
  await wait(1200)
  await sweep?.()
  const after = heap()
  await close?.()
  return {
    bytesPerSession: (full - before) / count,
    bytesOnceExpired: (after - before) / count,
    usPerPut: (took * 1000) / count,
  }

  async function putMany(times) {
    for (let i = 0; i < times; i++) await put({ ...JSON.parse(json), userId: `user-${i}` })
  }
}

function heap() {
  for (let i = 0; i < 6; i++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
