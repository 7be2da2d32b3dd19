/*
 * A process of its own that works on a directory of sessions until it is done, told to stop, or killed.
 * See workers.ts for how it is started.
 */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createFsSessionStorage, createFsStore } from 'coatcheck/fs-storage'
import { stopAtEachStep } from './steps.ts'

export interface Task {
  directory: string
  /** Names the worker in what it writes. */
  name: string
  keys: string[]
  times: number
  durable?: boolean
  /** Where it notes what was done, line by line, so that it is known after a kill. */
  log?: string
  /** Whether it stops at each step, see steps.ts. */
  inSteps?: boolean
}

/** A text that shows whether it is whole. */
export function sealedText(count: number, bytes: number): string {
  const body = `${count} ${randomBytes(Math.ceil(bytes / 2)).toString('hex')}`
  return `${createHash('sha256').update(body).digest('hex')} ${body}`
}

/** The number in a text, or NaN when it is not whole. */
export function countIn(text: string): number {
  const body = text.slice(65)
  const isWhole = createHash('sha256').update(body).digest('hex') === text.slice(0, 64)
  return isWhole ? Number.parseInt(body, 10) : Number.NaN
}

function note(log: string, text: string): void {
  const descriptor = openSync(log, 'a')
  writeSync(descriptor, `${text}\n`)
  closeSync(descriptor)
}

const later = () => Date.now() + 3_600_000
const stopping = new AbortController()
const { signal } = stopping

const tasks: Record<string, (task: Task) => Promise<unknown>> = {
  /** Adds one to this worker's counter, and to everybody's, in each record, so many times. */
  async increment({ directory, name, keys, times, durable = false }) {
    const store = createFsStore(directory, { durable })
    const done = { written: 0, conflicts: 0, gone: 0 }
    for (const key of keys) {
      for (let n = 0; n < times && !signal.aborted;) {
        const found = await store.read(key)
        if (found === undefined) {
          done.gone++
          break
        }
        const counts = JSON.parse(found.value) as Record<string, number>
        counts[name] = (counts[name] ?? 0) + 1
        counts['all'] = (counts['all'] ?? 0) + 1
        const options = { replaces: found.version, expiresAt: later() }
        if ((await store.write(key, JSON.stringify(counts), options)) === undefined) {
          done.conflicts++
        } else {
          done.written++
          n++
        }
      }
    }
    return done
  },

  /** The same through the public storage: the keys are cookie values. */
  async incrementSessions({ directory, name, keys, times, durable = false }) {
    const storage = createFsSessionStorage<Record<string, number>>(directory, { durable })
    const done = { written: 0, gone: 0 }
    for (const cookie of keys) {
      for (let n = 0; n < times && !signal.aborted; n++) {
        const session = await storage.read(cookie)
        if (session.isNew) {
          done.gone++
          break
        }
        session.update(name, (count) => (count ?? 0) + 1)
        session.update('all', (count) => (count ?? 0) + 1)
        if ((await storage.save(session)) === '') done.gone++
        else done.written++
      }
    }
    return done
  },

  /** Tries to be the one that makes each record. */
  async create({ directory, name, keys }) {
    const store = createFsStore(directory)
    const won: string[] = []
    for (const key of keys) {
      const options = { replaces: null, expiresAt: later() }
      if ((await store.write(key, name, options)) !== undefined) won.push(key)
    }
    return won
  },

  /** Prolongs records in the last moment before they expire. What it was told is written must be there. */
  async prolong({ directory, name, times }) {
    const store = createFsStore(directory, { sweepInterval: 0 })
    const seen = { prolonged: 0, late: 0, lost: 0 }
    for (let n = 0; n < times; n++) {
      const key = `${name}-${n}`
      const expiresAt = Date.now() + 4
      const version = await store.write(key, 'x', { replaces: null, expiresAt })
      while (Date.now() < expiresAt - 1);
      const moment = performance.now() + 0.5 + (n % 50) / 100
      while (performance.now() < moment);
      const written = await store.write(key, 'y', { replaces: version!, expiresAt: later() })
      if (written === undefined) seen.late++
      else if ((await store.read(key)) === undefined) seen.lost++
      else seen.prolonged++
      await store.delete(key)
    }
    return seen
  },

  async sweep({ directory }) {
    const store = createFsStore(directory)
    let [rounds, deleted] = [0, 0]
    // A busy machine may have let it do less than that by then.
    for (; !signal.aborted || rounds <= 3; rounds++) {
      deleted += await store.deleteExpired()
      await nextTurn()
    }
    return { rounds, deleted }
  },

  /** Replaces records by others of many sizes. */
  async write({ directory, keys, times }) {
    const store = createFsStore(directory)
    for (let n = 1; n <= times && !signal.aborted; n++) {
      for (const key of keys) {
        const { version } = (await store.read(key))!
        const text = sealedText(n, (n * 7919) % 200_000)
        await store.write(key, text, { replaces: version, expiresAt: later() })
      }
      await nextTurn()
    }
    return {}
  },

  async read({ directory, keys }) {
    const store = createFsStore(directory)
    const seen = { reads: 0, missing: 0, torn: 0, backwards: 0 }
    const last = new Map<string, number>()
    while (!signal.aborted) {
      for (const key of keys) {
        seen.reads++
        const found = await store.read(key)
        if (found === undefined) {
          seen.missing++
          continue
        }
        const count = countIn(found.value)
        if (Number.isNaN(count)) seen.torn++
        if (count < (last.get(key) ?? 0)) seen.backwards++
        last.set(key, count)
      }
      await nextTurn()
    }
    return seen
  },

  /** Writes until it is killed. A line in the log is a write that was reported as done. */
  async writeUntilKilled({ directory, keys, durable = false, log }) {
    const store = createFsStore(directory, { durable, sweepInterval: 0 })
    const sizes = [10, 1000, 60_000, 1_000_000]
    for (;;) {
      for (const key of keys) {
        const found = (await store.read(key))!
        const count = countIn(found.value) + 1
        const text = sealedText(count, sizes[count % sizes.length]!)
        const options = { replaces: found.version, expiresAt: later() }
        const version = await store.write(key, text, options)
        if (version !== undefined) note(log!, `${count}`)
      }
    }
  },

  /** Logs in, changes and logs out until it is killed. The log says what was done, and what was begun. */
  async visitUntilKilled({ directory, name, log }) {
    const options = { sweepInterval: 0, maxBytes: 4_000_000 }
    const storage = createFsSessionStorage<{ text: string }>(directory, options)
    for (let n = 1; ; n++) {
      const session = await storage.read(null)
      session.set('text', sealedText(n, 10 ** (n % 6)))
      session.login(name)
      note(log!, `begun ${session.id}`)
      await storage.save(session)
      note(log!, `made ${session.id}`)
      const again = await storage.read(session.id)
      again.set('text', sealedText(n + 1, 10 ** (n % 6)))
      await storage.save(again)
      if (n % 3 === 1) continue
      again.destroy()
      note(log!, `ending ${session.id}`)
      await storage.save(again)
      note(log!, `ended ${session.id}`)
    }
  },
}

export type TaskName =
  | 'create'
  | 'increment'
  | 'prolong'
  | 'incrementSessions'
  | 'read'
  | 'sweep'
  | 'write'
  | 'writeUntilKilled'
  | 'visitUntilKilled'

interface Order {
  run?: TaskName
  task?: Task
  stop?: true
}

process.on('message', async ({ run, task, stop }: Order) => {
  if (stop) stopping.abort()
  if (run === undefined) return
  if (task!.inSteps) stopAtEachStep()
  const result = await tasks[run]!(task!)
  process.send!({ result }, () => process.disconnect())
})
process.send?.({ ready: true })
