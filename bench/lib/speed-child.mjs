// One contestant of one table in a process of its own, which runs bursts when it is told to.
import { prepare } from './visitors.mjs'

const mostCalls = 5_000_000
/** What it takes until all of a request's code is compiled, about. */
const callsToWarmUp = 5000

const [file, workload, name, context] = process.argv.slice(2)
const contestant = await findContestant()
const settings = { workload, ...JSON.parse(context) }

answer(async () => {
  const { call, setCookieBytes, close } = await prepare(contestant, settings)
  process.on('message', ({ ms, isWarmUp }) =>
    answer(async () => {
      if (isWarmUp) return warmUp(call, ms)
      if (ms > 0) return burst(call, ms, settings.inFlight)
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

/** As long as asked for, and longer, up to ten times, if the calls wait for something else most of the time. */
async function warmUp(call, ms) {
  const start = performance.now()
  for (let calls = 0; calls < callsToWarmUp && performance.now() - start < ms * 10;) {
    calls += (await burst(call, ms, Math.max(settings.inFlight, 16))).calls
  }
  return {}
}

/** Microseconds per call, on the clock and of all threads' work, over `ms` milliseconds with `inFlight` calls at a time. */
async function burst(call, ms, inFlight) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const end = start + ms
  let calls = 1
  const first = call()

  if (typeof first?.then === 'function') {
    await first
    await Promise.all(Array.from({ length: inFlight }, asyncLoop))
  } else {
    do {
      for (let i = 0; i < 32; i++) call()
      calls += 32
    } while (performance.now() < end && calls < mostCalls)
  }
  const took = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { us: (took * 1000) / calls, cpuUs: (user + system) / calls, calls }

  async function asyncLoop() {
    do {
      await call()
      calls++
    } while (performance.now() < end && calls < mostCalls)
  }
}
