// One contestant of one table in a process of its own, which runs bursts when it is told to.
import { prepare } from './visitors.mjs'

const mostCalls = 5_000_000

const [file, workload, name, context] = process.argv.slice(2)
const contestant = await findContestant()
const settings = { workload, ...JSON.parse(context) }

answer(async () => {
  const { call, setCookieBytes, close } = await prepare(contestant, settings)
  process.on('message', ({ ms }) =>
    answer(async () => {
      if (ms > 0) return burst(call, ms)
      await close?.()
      setTimeout(() => process.exit(), 100).unref()
      process.disconnect()
    }),
  )
  return { setCookieBytes }
})

async function findContestant() {
  const { contestants } = await import(new URL(`../contestants/${file}`, import.meta.url).href)
  return contestants.find((row) => row.name === name && [row.workload].flat().includes(workload))
}

async function answer(run) {
  try {
    const message = await run()
    if (message) process.send(message)
  } catch (error) {
    process.send({ error: String(error?.message ?? error) })
  }
}

/** Microseconds per call, on the clock and of all threads' work, over `ms` milliseconds so many calls at a time. */
async function burst(call, ms) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const end = start + ms
  let calls = 1
  const first = call()

  if (typeof first?.then === 'function') {
    await first
    await Promise.all(Array.from({ length: settings.inFlight }, asyncLoop))
  } else {
    do {
      for (let i = 0; i < 32; i++) call()
      calls += 32
    } while (performance.now() < end && calls < mostCalls)
  }
  const took = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { us: (took * 1000) / calls, cpuUs: (user + system) / calls }

  async function asyncLoop() {
    do {
      await call()
      calls++
    } while (performance.now() < end && calls < mostCalls)
  }
}
