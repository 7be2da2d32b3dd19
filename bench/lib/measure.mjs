import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'

const child = new URL('speed-child.mjs', import.meta.url)
const longestAnswer = 60_000

/**
 * Measures contestants side by side. Each has a process of its own, so that none runs on what the
 * compiler learned from another, or pays for its garbage. They take turns: in every round each runs
 * for `ms`, in an order shuffled anew, so that a slow moment of the machine does not always hit the
 * same one.
 */
export async function measure(contestants, { context, rounds, ms, warmUp, by = 'cpu' }) {
  const running = []
  const failures = []
  for (const contestant of contestants) {
    const entry = { contestant, samples: [], process: start(contestant, context) }
    await attempt(entry, async () => {
      const { setCookieBytes } = await reply(entry.process)
      entry.setCookieBytes = setCookieBytes
      running.push(entry)
    })
  }
  // Nothing is measured yet, so each processor may warm one up.
  const cold = running.values()
  await Promise.all(Array.from({ length: availableParallelism() }, warmUpSome))

  for (let round = 0; round < rounds; round++) {
    for (const entry of shuffled(running)) {
      if (entry.failed) continue
      await attempt(entry, async () => entry.samples.push(await burst(entry, ms)))
    }
  }

  const finished = running.filter(({ failed }) => !failed)
  // Their ends are work, too: who looks next how much of a processor others leave must not find them.
  await Promise.all(finished.map(end))
  return { rows: toRows(finished, by), failures }

  async function warmUpSome() {
    for (const entry of cold) await attempt(entry, () => burst(entry, warmUp, true))
  }

  async function attempt(entry, run) {
    try {
      await run(entry)
    } catch (error) {
      failures.push({ name: entry.contestant.name, reason: error.message })
      entry.failed = true
      entry.process.kill('SIGKILL')
    }
  }
}

function start({ file, name, child: own }, { workload, ...context }) {
  return fork(own ?? child, [file, workload, name, JSON.stringify(context)])
}

async function end(entry) {
  entry.process.send({ ms: 0 })
  await once(entry.process, 'exit')
}

function burst(entry, ms, isWarmUp = false) {
  entry.process.send({ ms, isWarmUp })
  return reply(entry.process)
}

/** The process's next message. @throws if it reports an error, ends, or says nothing for a minute. */
function reply(forked) {
  return new Promise((resolve, reject) => {
    const settle = (act) => (value) => {
      clearTimeout(timer)
      forked.removeAllListeners('message').removeAllListeners('exit')
      act(value)
    }
    const timer = setTimeout(() => fail(new Error('no answer')), longestAnswer)
    const fail = settle(reject)
    forked.once('exit', (code) => fail(new Error(`its process ended with ${code}`)))
    forked.once(
      'message',
      settle((message) => (message.error ? reject(new Error(message.error)) : resolve(message))),
    )
  })
}

/**
 * Net: without the time of the framework that a contestant needs around it. `by` says which time is compared: that of
 * the clock, in the middle round, or the work of the processor in the better quarter of the rounds. What other programs
 * do only ever adds to that.
 */
function toRows(finished, by) {
  const timesOf = ({ samples }) => samples.map(({ us, cpuUs }) => (by === 'cpu' ? cpuUs : us))
  const typical = by === 'cpu' ? betterQuarter : median
  const bases = new Map(finished.map((row) => [row.contestant.name, typical(timesOf(row))]))
  return finished
    .map((row) => {
      const { name, kind, minus, note } = row.contestant
      const clock = row.samples.map(({ us }) => us)
      const cpu = row.samples.map(({ cpuUs }) => cpuUs)
      const base = bases.get(minus)
      const times = timesOf(row)
      // The two are measured apart, so noise can leave next to nothing: never less than a tenth.
      const net = base ? times.map((us) => Math.max(us - base, us / 10)) : times
      return {
        name,
        kind,
        note,
        by,
        us: median(clock),
        cpu,
        cpuUs: betterQuarter(cpu),
        min: Math.min(...clock),
        max: Math.max(...clock),
        netUs: typical(net),
        net,
        hasBase: base !== undefined,
        setCookieBytes: row.setCookieBytes,
      }
    })
    .sort((a, b) => a.netUs - b.netUs)
}

/** How many times faster `ours` is than `peer`. On the clock it is the median over the rounds, in which both had the same luck. */
export function speedup(ours, peer) {
  if (ours.by === 'cpu') return peer.netUs / ours.netUs
  return median(peer.net.map((us, round) => us / ours.net[round]))
}

export function betterQuarter(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 2]
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
