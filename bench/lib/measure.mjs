import { fork } from 'node:child_process'

const child = new URL('speed-child.mjs', import.meta.url)
const longestAnswer = 60_000

/**
 * Measures contestants side by side. Each has a process of its own, so that none runs on what the
 * compiler learned from another, or pays for its garbage. They take turns: in every round each runs
 * for `ms`, in an order shuffled anew, so that a slow moment of the machine does not always hit the
 * same one.
 */
export async function measure(contestants, { context, rounds, ms, warmUp }) {
  const running = []
  const failures = []
  for (const contestant of contestants) {
    await attempt(
      { contestant, samples: [], process: start(contestant, context) },
      async (entry) => {
        const { setCookieBytes } = await reply(entry.process)
        entry.setCookieBytes = setCookieBytes
        await burst(entry, warmUp, true)
        running.push(entry)
      },
    )
  }

  for (let round = 0; round < rounds; round++) {
    for (const entry of shuffled(running)) {
      if (entry.failed) continue
      await attempt(entry, async () => entry.samples.push(await burst(entry, ms)))
    }
  }

  const finished = running.filter(({ failed }) => !failed)
  for (const entry of finished) entry.process.send({ ms: 0 })
  return { rows: toRows(finished), failures }

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

/** Net: without the time of the framework that a contestant needs around it. */
function toRows(finished) {
  const wallTimes = ({ samples }) => samples.map(({ us }) => us)
  const medians = new Map(finished.map((row) => [row.contestant.name, median(wallTimes(row))]))
  return finished
    .map((row) => {
      const { name, kind, minus, note } = row.contestant
      const times = wallTimes(row)
      const base = medians.get(minus)
      // The two are measured apart, so noise can leave next to nothing: never less than a tenth.
      const net = base ? times.map((us) => Math.max(us - base, us / 10)) : times
      return {
        name,
        kind,
        note,
        us: median(times),
        cpu: row.samples.map(({ cpuUs }) => cpuUs),
        cpuUs: median(row.samples.map(({ cpuUs }) => cpuUs)),
        min: Math.min(...times),
        max: Math.max(...times),
        netUs: median(net),
        net,
        hasBase: base !== undefined,
        setCookieBytes: row.setCookieBytes,
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
