import { prepare } from './visitors.mjs'

const mostCalls = 5_000_000

/**
 * Measures contestants side by side: in every round each runs for `ms`, in an order shuffled anew,
 * so that a slow moment of the machine does not always hit the same one. No garbage collection is
 * forced between the rounds: it would throw optimised code away too, which then costs more than it.
 */
export async function measure(contestants, { context, rounds, ms, warmUp, inFlight = 1 }) {
  const running = []
  const failures = []
  for (const contestant of contestants) {
    await attempt(contestant, async () => {
      const prepared = await prepare(contestant, context)
      await burst(prepared.call, warmUp, inFlight)
      running.push({ contestant, prepared, samples: [] })
    })
  }

  for (let round = 0; round < rounds; round++) {
    for (const entry of shuffled(running)) {
      if (entry.failed) continue
      await attempt(entry.contestant, async () => {
        entry.samples.push(await burst(entry.prepared.call, ms, inFlight))
      })
    }
  }

  for (const { prepared } of running) await prepared.close?.()
  const finished = running.filter(({ samples }) => samples.length === rounds)
  return { rows: toRows(finished), failures }

  async function attempt(contestant, run) {
    try {
      await run()
    } catch (error) {
      failures.push({ name: contestant.name, reason: String(error?.message ?? error) })
      const entry = running.find((candidate) => candidate.contestant === contestant)
      if (entry) entry.failed = true
    }
  }
}

/** Microseconds per call, measured over `ms` milliseconds with `inFlight` calls at a time. */
async function burst(call, ms, inFlight) {
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
  return ((performance.now() - start) * 1000) / calls

  async function asyncLoop() {
    do {
      await call()
      calls++
    } while (performance.now() < end && calls < mostCalls)
  }
}

/** Net: without the time of the framework that a contestant needs around it. */
function toRows(finished) {
  const medians = new Map(finished.map((row) => [row.contestant.name, median(row.samples)]))
  return finished
    .map(({ contestant, prepared, samples }) => {
      const { name, kind, minus, note } = contestant
      const base = medians.get(minus)
      // The two are measured apart, so noise can leave next to nothing: never less than a tenth.
      const net = base ? samples.map((us) => Math.max(us - base, us / 10)) : samples
      return {
        name,
        kind,
        note,
        us: median(samples),
        min: Math.min(...samples),
        max: Math.max(...samples),
        netUs: median(net),
        net,
        hasBase: base !== undefined,
        setCookieBytes: prepared.setCookieBytes,
      }
    })
    .sort((a, b) => a.netUs - b.netUs)
}

/** How many times faster `ours` is than `peer`: the median over the rounds. */
export function speedup(ours, peer) {
  return median(peer.net.map((us, round) => us / ours.net[round]))
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function shuffled(items) {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}
