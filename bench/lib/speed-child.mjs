// One contestant of one table in a process of its own, which runs bursts when it is told to.
import { prepare } from './visitors.mjs'

const mostCalls = 5_000_000
/** What it takes until all of a request’s code is compiled, about: a library of many small functions takes longer. */
const callsToWarmUp = 20_000
/** How many times as long as asked for that may take of the processor, if the table says nothing else; of the clock four times that. */
const usualPatience = 15
/** Milliseconds; before an answer is missed. */
const longestWarmUp = 30_000

const [file, workload, name, context] = process.argv.slice(2)
const contestant = await findContestant()
const settings = { workload, ...JSON.parse(context) }

answer(async () => {
  const { callsFor, setCookieBytes, close } = await prepare(contestant, settings)
  const calls = callsFor(settings.inFlight)
  process.on('message', ({ ms, isWarmUp }) =>
    answer(async () => {
      if (isWarmUp) return warmUp(callsFor(Math.max(settings.inFlight, 16)), ms)
      if (ms > 0) return burst(calls, ms)
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

/**
 * As long as asked for, and longer if the calls are not made by then: up to so many times of the processor where others use the
 * machine, and of the clock where the calls wait for something.
 */
async function warmUp(calls, ms) {
  const most = ms * (settings.patience ?? usualPatience)
  const start = performance.now()
  const cpu = process.cpuUsage()
  for (let made = 0; made < callsToWarmUp;) {
    made += (await burst(calls, ms)).made
    const { user, system } = process.cpuUsage(cpu)
    const clock = performance.now() - start
    if ((user + system) / 1000 > most || clock > Math.min(most * 4, longestWarmUp)) break
  }
  return {}
}

/** Microseconds per call, on the clock and of all threads' work, over `ms` milliseconds with each of the calls at a time. */
async function burst(calls, ms) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const end = start + ms
  let made = 1
  const first = calls[0]()

  if (typeof first?.then === 'function') {
    await first
    await Promise.all(calls.map(asyncLoop))
  } else {
    do {
      for (let i = 0; i < 32; i++) calls[0]()
      made += 32
    } while (performance.now() < end && made < mostCalls)
  }
  const took = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { us: (took * 1000) / made, cpuUs: (user + system) / made, made }

  async function asyncLoop(call) {
    do {
      await call()
      made++
    } while (performance.now() < end && made < mostCalls)
  }
}
