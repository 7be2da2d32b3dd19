/* When the store is asked, on timers that the test moves. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { createSessionStorage, type SessionEvent } from 'coatcheck'
import { createLiveSessions, type LiveOptions } from 'coatcheck/live'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { asking, begin, cookie } from './visit.ts'

const settle = async () => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
}

/** Lets seconds pass, and everything happen that falls into them. */
async function pass(seconds: number, step = 1): Promise<void> {
  for (let time = 0; time < seconds; time += step) {
    mock.timers.tick(step * 1000)
    await settle()
  }
}

/** Two servers on one store, whose reads are counted, and fail or hang on demand. */
function servers(options?: LiveOptions, storageOptions: { idleTimeout?: number } = {}) {
  const memory = createMemoryStore()
  const events: SessionEvent[] = []
  const reads = { count: 0, underWay: 0, most: 0, how: 'well' as 'well' | 'failing' | 'hanging' }
  const store: typeof memory = {
    ...memory,
    async read(key) {
      reads.count++
      reads.most = Math.max(reads.most, ++reads.underWay)
      if (reads.how === 'hanging') await new Promise(() => {})
      await new Promise((resolve) => setImmediate(resolve))
      reads.underWay--
      if (reads.how === 'failing') throw new Error('down')
      return memory.read(key)
    },
  }
  const onEvent = (event: SessionEvent) => events.push(event)
  const storage = createSessionStorage(store, { ...storageOptions, onEvent })
  const elsewhere = createSessionStorage(memory, storageOptions)
  const live = createLiveSessions(cookie, storage, options)
  return { storage, elsewhere, live, reads, events }
}

describe('polling for live connections', () => {
  const problems: unknown[] = []
  const note = (error: unknown) => problems.push(error)
  beforeEach(() => {
    process.on('unhandledRejection', note)
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2026, 0, 1) })
  })
  afterEach(async () => {
    mock.timers.reset()
    await settle()
    process.off('unhandledRejection', note)
    assert.deepEqual(problems.splice(0), [])
  })

  it('sees within the interval what happened in another process', async () => {
    const { elsewhere, live } = servers()
    const { header, handle } = await begin(elsewhere)
    const connection = (await live.openSession(asking(header)))!
    await pass(60)
    assert.equal(connection.signal.aborted, false)
    await elsewhere.revoke(handle)
    await pass(16)
    assert.deepEqual(await connection.ended, { reason: 'gone' })
  })

  it('asks once in an interval for each session, however many connections it has', async () => {
    const { elsewhere, live, reads } = servers()
    const { header } = await begin(elsewhere)
    const connections = []
    for (let n = 0; n < 50; n++) connections.push((await live.openSession(asking(header)))!)
    const before = reads.count
    await pass(150)
    const polls = reads.count - before
    assert.ok(polls >= 9 && polls <= 11, `${polls} reads`)
    // Those that go do not take the others' with them, and the last one ends it.
    for (const connection of connections.slice(1)) connection.close()
    await pass(30)
    assert.ok(reads.count - before - polls >= 1)
    connections[0]!.close()
    const atEnd = reads.count
    await pass(60)
    assert.equal(reads.count, atEnd)
  })

  it('spreads sessions over the interval that came all at once, and asks for some at a time', async () => {
    const { elsewhere, live, reads } = servers({ pollInterval: 10 })
    const headers = await Promise.all(Array.from({ length: 400 }, () => begin(elsewhere)))
    await Promise.all(headers.map(({ header }) => live.openSession(asking(header))))
    reads.most = 0
    let before = reads.count
    const perSecond: number[] = []
    for (let second = 0; second < 10; second++) {
      await pass(1)
      perSecond.push(reads.count - before)
      before = reads.count
    }
    assert.ok(Math.max(...perSecond) < 120, `in each second: ${perSecond}`)
    // All of them fall due in one moment.
    mock.timers.tick(10_000)
    await settle()
    assert.ok(reads.most <= 20, `${reads.most} at the same time`)
  })

  it('goes on while the store fails, and ends what could not be verified for too long', async () => {
    const { elsewhere, live, reads, events } = servers()
    const { header } = await begin(elsewhere)
    const connection = (await live.openSession(asking(header)))!
    await pass(20)
    reads.how = 'failing'
    await pass(55)
    assert.equal(connection.signal.aborted, false)
    assert.ok(events.some(({ type }) => type === 'store-error'))
    reads.how = 'well'
    await pass(60)
    assert.equal(connection.signal.aborted, false, 'the store came back')
    reads.how = 'failing'
    await pass(76)
    assert.deepEqual(await connection.ended, { reason: 'unverified' })
  })

  it('ends what could not be verified for too long also if the store does not answer at all', async () => {
    const { elsewhere, live, reads } = servers({ pollInterval: 10, unverifiedTimeout: 30 })
    const { header } = await begin(elsewhere)
    const connection = (await live.openSession(asking(header)))!
    reads.how = 'hanging'
    await pass(29)
    assert.equal(connection.signal.aborted, false)
    await pass(2)
    assert.deepEqual(await connection.ended, { reason: 'unverified' })
  })

  it('ends a connection when its session expires, and not at the next poll', async () => {
    const { elsewhere, live } = servers({ pollInterval: 3600 }, { idleTimeout: 20 })
    const { header } = await begin(elsewhere)
    const connection = (await live.openSession(asking(header)))!
    await pass(19)
    assert.equal(connection.signal.aborted, false)
    await pass(2)
    assert.deepEqual(await connection.ended, { reason: 'expired' })
  })

  it('takes a session that would have expired for expired while the store fails', async () => {
    const options = { pollInterval: 10, unverifiedTimeout: 3600 }
    const { elsewhere, live, reads } = servers(options, { idleTimeout: 60 })
    const { header } = await begin(elsewhere)
    const connection = (await live.openSession(asking(header)))!
    reads.how = 'failing'
    await pass(59)
    assert.equal(connection.signal.aborted, false)
    await pass(2)
    assert.deepEqual(await connection.ended, { reason: 'expired' })
  })

  it('notes a use with the next poll, or before the session would expire', async () => {
    const { elsewhere, live } = servers({ pollInterval: 15 }, { idleTimeout: 20 })
    const { header } = await begin(elsewhere)
    const connection = (await live.openSession(asking(header)))!
    for (let times = 0; times < 10; times++) {
      await pass(19)
      connection.noteUse()
      await settle()
    }
    assert.equal(connection.signal.aborted, false)
    await pass(21)
    assert.deepEqual(await connection.ended, { reason: 'expired' })
  })
})
