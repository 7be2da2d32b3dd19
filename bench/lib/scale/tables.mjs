/*
 * What the workload S measures: how a request's cost grows. Each table says its axes, its backends, and measures one of
 * them in a process of its own: `run(opened, backend, ms)` returns points `[x, µs]`.
 */
import { cycle } from '../coatcheck-cycle.mjs'
import { sessionData } from '../payload.mjs'
import { lanes, timeOf } from './clock.mjs'
import { makeVisitors, writeCopies } from './fill.mjs'

const all = ['memory', 'files', 'SQLite', 'Redis', 'PostgreSQL']
const indexed = ['memory', 'SQLite', 'Redis', 'PostgreSQL']
const small = sessionData(100)
const yLabel = 'time of a request'

export const tables = {
  'S-size': {
    title: 'Cost of a request by the size of its session',
    notes: ['Read and written, one request at a time.'],
    unit: 'bytes',
    xLabel: 'bytes of JSON in the session',
    yLabel,
    backends: ['sealed cookie', ...all],
    async run({ storage }, backend, ms) {
      const sizes =
        backend === 'sealed cookie' ? [100, 1024, 2048] : [100, 1024, 4096, 16_384, 65_536]
      const points = []
      for (const size of sizes) {
        // 64 KB of JSON is what is measured at most, and a little of it is the record's own.
        const { start, request } = cycle({ mode: 'rw', data: sessionData(size) }, storage)
        const headers = await makeVisitors(64, start)
        points.push([size, await timeOf(lanes(1, headers, request), ms)])
      }
      return points
    },
  },

  'S-sessions': {
    title: 'Cost of a request by the number of sessions that live',
    notes: [
      '100 bytes, read and written, one request at a time, of some visitors among the others.',
    ],
    unit: 'count',
    xLabel: 'sessions that live',
    yLabel,
    backends: all,
    async run({ storage, store, copy = writeCopies }, backend, ms) {
      const { start, request } = cycle({ mode: 'rw', data: small }, storage)
      const headers = []
      const points = []
      const handle = await someHandle(storage)
      let living = 1
      // Each session is two folders and a file: a million take 12 GB, and minutes to remove.
      const most = backend === 'files' ? 1e5 : 1e6
      for (let count = 1000; count <= most; count *= 10) {
        headers.push(...(await makeVisitors(300, start)))
        await copy(store, handle, count - living - 300)
        living = count
        points.push([count, await timeOf(lanes(1, headers, request), ms)])
      }
      return points
    },
  },

  'S-concurrency': {
    title: 'Cost of a request by how many run at a time',
    notes: [
      '1 KB, read and written, each of another visitor. The time of all of them, divided by their number.',
    ],
    unit: 'count',
    xLabel: 'requests at a time',
    yLabel,
    backends: all,
    async run({ storage }, _backend, ms) {
      const { start, request } = cycle({ mode: 'rw', data: sessionData(1024) }, storage)
      const headers = await makeVisitors(1024, start)
      const points = []
      for (const inFlight of [1, 4, 16, 64, 256, 512]) {
        points.push([inFlight, await timeOf(lanes(inFlight, headers, request), ms)])
      }
      return points
    },
  },

  'S-user': {
    title: 'Cost of a request by how many sessions its user has',
    notes: ['100 bytes, read and written, one request at a time, of one session of that user.'],
    unit: 'count',
    xLabel: 'sessions of the user',
    yLabel,
    backends: indexed,
    run: (opened, _backend, ms) =>
      byUser(opened, ({ headers, request }) => timeOf(lanes(1, headers, request), ms)),
  },

  'S-list': {
    title: "Listing a user's sessions, by how many there are",
    notes: ['sessionsOf() reads each of them: twice as many take twice as long.'],
    unit: 'count',
    xLabel: 'sessions of the user',
    yLabel: 'time of sessionsOf()',
    backends: indexed,
    run: ({ storage, ...rest }) =>
      byUser({ storage, ...rest }, async ({ user }) => {
        const times = []
        for (let i = 0; i < 3; i++) {
          const before = performance.now()
          await storage.sessionsOf(user)
          times.push((performance.now() - before) * 1000)
        }
        return Math.min(...times)
      }),
  },

  'S-wait': {
    title: 'What others wait while a user with many sessions is listed',
    notes: [
      'The slowest of 100 requests of another visitor while three sessionsOf() run. PostgreSQL: a pool of ten.',
    ],
    unit: 'count',
    xLabel: 'sessions of the user',
    yLabel: 'the slowest request of another visitor',
    backends: indexed,
    run: ({ storage, ...rest }) =>
      byUser({ storage, ...rest }, ({ user, others, request }) =>
        slowestBeside(
          () => storage.sessionsOf(user),
          () => request(others[0]),
        ),
      ),
  },

  'S-conflicts': {
    title: 'Cost of a request by how many meet on one session',
    notes: [
      '1 KB, read and written, 16 requests at a time. So many are of one and the same session.',
    ],
    unit: 'percent',
    xLabel: 'requests of one session',
    yLabel,
    backends: all,
    async run({ storage }, _backend, ms) {
      const { start, request } = cycle({ mode: 'rw', data: sessionData(1024) }, storage)
      const [shared, ...headers] = await makeVisitors(65, start)
      const points = []
      for (const percent of [0, 25, 50, 75, 100]) {
        let turn = 0
        const calls = lanes(16, headers, (header) =>
          request((turn++ * percent) % 100 < percent ? shared : header),
        )
        points.push([percent, await timeOf(calls, ms)])
      }
      return points
    },
  },
}

async function someHandle(storage, userId) {
  const session = await storage.read(null)
  for (const [key, value] of Object.entries(small)) session.set(key, value)
  if (userId !== undefined) session.login(userId)
  await storage.save(session)
  return session.handle
}

/** Measures with 1 to 10,000 sessions of one user. */
async function byUser({ storage, store }, measure) {
  const user = 'user-with-many'
  const { start, request } = cycle({ mode: 'rw', data: small }, storage)
  const others = await makeVisitors(64, start)
  const mine = cycle({ mode: 'rw', data: small, userId: user }, storage)
  const headers = await makeVisitors(1, mine.start)
  const [{ handle }] = await storage.sessionsOf(user)
  const points = []
  let living = 1
  for (const count of [1, 10, 100, 1000, 10_000]) {
    await writeCopies(store, handle, count - living, user)
    living = count
    points.push([count, await measure({ user, headers, others, request })])
  }
  return points
}

/** Microseconds of the slowest of a hundred requests, one after the other, while three of the others run all the time. */
async function slowestBeside(other, request) {
  const busy = { isOver: false }
  const loops = Array.from({ length: 3 }, async () => {
    while (!busy.isOver) await other()
  })
  let slowest = 0
  for (let i = 0; i < 100; i++) {
    const before = performance.now()
    await request()
    slowest = Math.max(slowest, performance.now() - before)
  }
  busy.isOver = true
  await Promise.all(loops)
  return slowest * 1000
}
