const bursts = 5
/** What it takes until all of a request's code is compiled, about. */
const callsToWarmUp = 3000
let isWarm = false

/**
 * Microseconds per call: the best of five bursts of `ms` milliseconds each, because what other programs do only ever
 * adds. Each of the calls runs again and again beside the others.
 */
export async function timeOf(calls, ms) {
  let best = Infinity
  await warmUp(calls, ms)
  for (let i = 0; i < bursts; i++) best = Math.min(best, await burst(calls, ms))
  return best
}

/** A burst, and the first time many of them: or the first points would look slower than the others. */
async function warmUp(calls, ms) {
  const end = performance.now() + (isWarm ? 0 : ms * 50)
  isWarm = true
  let made = 0
  do {
    const before = performance.now()
    const us = await burst(calls, ms)
    made += ((performance.now() - before) * 1000) / us
  } while (made < callsToWarmUp && performance.now() < end)
}

async function burst(calls, ms) {
  const start = performance.now()
  const end = start + ms
  let made = 0
  await Promise.all(
    calls.map(async (call) => {
      do {
        await call()
        made++
      } while (performance.now() < end)
    }),
  )
  return ((performance.now() - start) * 1000) / made
}

/** Each lane asks for visitors of its own in turn. */
export function lanes(inFlight, headers, request) {
  return Array.from({ length: inFlight }, (_, lane) => {
    let turn = lane
    return () => {
      turn = turn + inFlight < headers.length ? turn + inFlight : lane
      return request(headers[turn])
    }
  })
}
