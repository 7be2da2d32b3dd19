import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createFsSessionStorage, createFsStore } from 'coatcheck/fs-storage'
import { isBrief } from '../random-cases.ts'
import { eventually } from '../services/talk.ts'
import {
  age,
  contents,
  leftovers,
  recordFolders,
  temporaryFolder,
} from '../storages/temporary-folder.ts'
import { sealedText } from './worker.ts'
import { startWorkers } from './workers.ts'

const names = ['a', 'b', 'c', 'd']
const keys = Array.from({ length: 6 }, (_, n) => `key-${n}`)
/** How often each process writes to each record. */
const times = isBrief ? 30 : 60
const expiresAt = Date.now() + 3_600_000

describe('four processes on one directory', () => {
  for (const durable of [false, true]) {
    const label = durable ? ', durably' : ''
    it(`lose none of their increments of a store${label} (P1)`, async () => {
      const directory = temporaryFolder()
      const store = createFsStore(directory)
      for (const key of keys) await store.write(key, '{}', { replaces: null, expiresAt })

      // Waiting for the disk takes its time: fewer of those.
      const rounds = durable ? times / 5 : times
      const workers = await startWorkers(names.length)
      const results = await Promise.all(
        workers.map((worker, n) =>
          worker.run('increment', { directory, name: names[n]!, keys, times: rounds, durable }),
        ),
      )
      assert.deepEqual(
        results.map(({ written, gone }) => [written, gone]),
        names.map(() => [keys.length * rounds, 0]),
      )
      for (const key of keys) {
        const counts = JSON.parse((await store.read(key))!.value)
        assert.deepEqual(counts, { a: rounds, b: rounds, c: rounds, d: rounds, all: 4 * rounds })
      }
      await store.deleteExpired()
      assert.equal(contents(directory).length, 3 * keys.length)
    })
  }

  it('lose none of their increments of sessions (P1)', async () => {
    const directory = temporaryFolder()
    const storage = createFsSessionStorage(directory)
    const cookies: string[] = []
    for (const key of keys) {
      const session = await storage.read(null)
      session.set('key', key)
      cookies.push((await storage.save(session))!)
    }
    const workers = await startWorkers(names.length)
    const results = await Promise.all(
      workers.map((worker, n) =>
        worker.run('incrementSessions', { directory, name: names[n]!, keys: cookies, times }),
      ),
    )
    assert.deepEqual(
      results,
      names.map(() => ({ written: keys.length * times, gone: 0 })),
    )
    for (const [n, cookie] of cookies.entries()) {
      const [values] = (await storage.read(cookie)).data
      const counts = { a: times, b: times, c: times, d: times, all: 4 * times }
      assert.deepEqual(values, { key: keys[n], ...counts })
    }
  })

  it('are not disturbed by two sweepers, and by records that expire around them', async () => {
    const directory = temporaryFolder()
    const store = createFsStore(directory)
    for (const key of keys) await store.write(key, '{}', { replaces: null, expiresAt })
    const [a, b, ...sweepers] = await startWorkers(4)
    const sweeping = sweepers.map((sweeper) =>
      sweeper.run('sweep', { directory, name: 'sweeper', keys: [], times: 0 }),
    )
    const writing = [a!, b!].map((worker, n) =>
      worker.run('increment', { directory, name: names[n]!, keys, times }),
    )
    let made = 0
    const done = new AbortController()
    const all = Promise.all(writing).finally(() => done.abort())
    while (!done.signal.aborted || made <= 10) {
      const options = { replaces: null, expiresAt: Date.now() + 2, owner: `owner-${made % 7}` }
      if (await store.write(`short-${made % 5}`, 'x', options)) made++
      await sleep(1)
    }
    for (const { written, gone } of await all) {
      assert.deepEqual([written, gone], [keys.length * times, 0])
    }
    // What is left of the short ones is for the sweepers.
    await eventually(() => recordFolders(directory).length === keys.length)
    const swept = await Promise.all(sweepers.map((sweeper) => sweeper.stop()))
    await Promise.all(sweeping)

    for (const key of keys) {
      assert.deepEqual(JSON.parse((await store.read(key))!.value), {
        a: times,
        b: times,
        all: 2 * times,
      })
    }
    assert.ok(
      swept.every(({ rounds }) => rounds > 3),
      JSON.stringify(swept),
    )
    assert.ok(swept[0].deleted + swept[1].deleted > 0)
    await store.deleteExpired()
    const rest = contents(directory).filter((name) => !name.startsWith('.owners'))
    assert.equal(rest.length, 3 * keys.length)
  })

  it('lose no record that is prolonged in the moment in which it is swept', async () => {
    const directory = temporaryFolder()
    const [sweeper, ...others] = await startWorkers(3)
    const task = { directory, name: 'last', keys: [], times: isBrief ? 150 : 400 }
    const sweeping = sweeper!.run('sweep', task)
    const seen = await Promise.all(
      others.map((worker, n) => worker.run('prolong', { ...task, name: names[n]! })),
    )
    await sweeper!.stop()
    await sweeping
    assert.deepEqual(
      seen.map(({ lost }) => lost),
      [0, 0],
    )
    assert.ok(seen.some(({ prolonged }) => prolonged > 0))
  })

  it('that make the same record at once: one of them does', async () => {
    const directory = temporaryFolder()
    const store = createFsStore(directory)
    const many = Array.from({ length: isBrief ? 160 : 300 }, (_, n) => `key-${n}`)
    // Some keys were used before, and what was there has just expired.
    for (const key of many.slice(0, many.length / 2)) {
      await store.write(key, 'before', { replaces: null, expiresAt: Date.now() + 1 })
    }
    const [sweeper, ...workers] = await startWorkers(1 + names.length)
    const sweeping = sweeper!.run('sweep', { directory, name: 'sweeper', keys: [], times: 0 })
    const won: string[][] = await Promise.all(
      workers.map((worker, n) =>
        worker.run('create', { directory, name: names[n]!, keys: many, times: 0 }),
      ),
    )
    await sweeper!.stop()
    await sweeping
    assert.deepEqual(won.flat().toSorted(), many.toSorted())
    for (const [n, keysWon] of won.entries()) {
      for (const key of keysWon) assert.equal((await store.read(key))?.value, names[n])
    }
    assert.deepEqual(leftovers(directory), [])
    assert.equal(contents(directory).length, 3 * many.length)
  })
})

/** Whether each process has written to a record. */
function areAllIn(counts: Record<string, unknown>): boolean {
  return names.every((name) => counts[name] !== undefined)
}

describe('logging out under four processes that keep writing', () => {
  it('is final: nobody brings the record back, and nothing is left of it (P2)', async () => {
    const directory = temporaryFolder()
    const store = createFsStore(directory)
    const rounds = isBrief ? 12 : 25
    const keysOfRounds = Array.from({ length: rounds }, (_, n) => `round-${n}`)
    for (const key of keysOfRounds) await store.write(key, '{}', { replaces: null, expiresAt })
    // A worker goes on to the next record as soon as it finds that this one has gone.
    const workers = await startWorkers(names.length)
    const results = workers.map((worker, n) =>
      worker.run('increment', { directory, name: names[n]!, keys: keysOfRounds, times: 1e9 }),
    )
    let revived = 0
    for (const key of keysOfRounds) {
      await eventually(async () => areAllIn(JSON.parse((await store.read(key))!.value)))
      await sleep(Math.random() * 10)
      await store.delete(key)
      for (let look = 0; look < 20; look++) if (await store.read(key)) revived++
    }
    for (const { gone } of await Promise.all(results)) assert.equal(gone, rounds)
    for (const key of keysOfRounds) if (await store.read(key)) revived++
    assert.equal(revived, 0)
    for (const name of leftovers(directory)) age(path.join(directory, name))
    await store.deleteExpired()
    assert.deepEqual(contents(directory), [])
  })

  it('is final for sessions, too (P2)', async () => {
    const directory = temporaryFolder()
    const storage = createFsSessionStorage(directory)
    const cookies: string[] = []
    for (let n = 0; n < (isBrief ? 12 : 25); n++) {
      const session = await storage.read(null)
      session.set('start', n)
      cookies.push((await storage.save(session))!)
    }
    const workers = await startWorkers(names.length)
    const results = workers.map((worker, n) =>
      worker.run('incrementSessions', { directory, name: names[n]!, keys: cookies, times: 1e9 }),
    )
    for (const cookie of cookies) {
      await eventually(async () => areAllIn((await storage.read(cookie)).data[0]))
      await sleep(Math.random() * 10)
      const session = await storage.read(cookie)
      session.destroy()
      assert.equal(await storage.save(session), '')
      assert.equal((await storage.read(cookie)).isNew, true)
    }
    await Promise.all(results)
    for (const cookie of cookies) assert.equal((await storage.read(cookie)).isNew, true)
    for (const name of leftovers(directory)) age(path.join(directory, name))
    await storage.deleteExpired()
    assert.deepEqual(contents(directory), [])
  })
})

describe('readers beside writers', () => {
  it('never see a record torn, missing or older than before', async () => {
    const directory = temporaryFolder()
    const store = createFsStore(directory)
    const few = keys.slice(0, 2)
    for (const key of few) await store.write(key, sealedText(0, 100), { replaces: null, expiresAt })
    const [writer, ...readers] = await startWorkers(4)
    const reading = readers.map((reader) =>
      reader.run('read', { directory, name: 'reader', keys: few, times: 0 }),
    )
    await writer!.run('write', { directory, name: 'writer', keys: few, times: isBrief ? 150 : 300 })
    const seen = await Promise.all(readers.map((reader) => reader.stop()))
    await Promise.all(reading)
    for (const { reads, ...trouble } of seen) {
      assert.ok(reads > 100, `only ${reads} reads`)
      assert.deepEqual(trouble, { missing: 0, torn: 0, backwards: 0 })
    }
  })
})
