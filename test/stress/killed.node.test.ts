import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createFsSessionStorage, createFsStore } from 'coatcheck/fs-storage'
import {
  age,
  contents,
  leftovers,
  recordFolders,
  temporaryFolder,
} from '../storages/temporary-folder.ts'
import { countIn, sealedText } from './worker.ts'
import { Worker } from './workers.ts'

const expiresAt = Date.now() + 3_600_000

function linesOf(log: string): string[] {
  return readFileSync(log, 'utf8').split('\n').filter(Boolean)
}

/** Runs these one after the other in two lanes, one per processor: starting processes takes long. */
async function inTwoLanes(times: number, run: (n: number, lane: 0 | 1) => Promise<void>) {
  let next = 0
  async function go(lane: 0 | 1) {
    while (next < times) await run(next++, lane)
  }
  await Promise.all([go(0), go(1)])
}

describe('a process killed while it writes', () => {
  for (const durable of [false, true]) {
    it(`leaves a whole record, never an older one${durable ? ' (durable)' : ''}`, async () => {
      const lanes = [temporaryFolder(), temporaryFolder()].map((directory) => ({
        directory,
        store: createFsStore(directory, { sweepInterval: 0 }),
      }))
      for (const { store } of lanes) {
        await store.write('key', sealedText(0, 10), { replaces: null, expiresAt })
      }
      let interrupted = 0

      await inTwoLanes(60, async (n, lane) => {
        const { directory, store } = lanes[lane]!
        const log = path.join(temporaryFolder(), 'log')
        writeFileSync(log, `${countIn((await store.read('key'))!.value)}\n`)
        const worker = await Worker.start()
        worker.run('writeUntilKilled', {
          directory,
          name: '',
          keys: ['key'],
          times: 0,
          durable,
          log,
        })
        await sleep(5 + ((n * 7) % 40))
        await worker.kill()

        const reported = Number(linesOf(log).at(-1))
        const count = countIn((await store.read('key'))?.value ?? '')
        const isNext = count === reported || count === reported + 1
        assert.ok(isNext, `${reported} was reported, ${count} is there`)
        if (contents(directory).length > 3) interrupted++
      })
      assert.ok(interrupted > 0, 'no kill came in the middle of a write')

      // The next write, and a sweep, remove what was left half-written.
      for (const { directory, store } of lanes) {
        const { version } = (await store.read('key'))!
        const options = { replaces: version, expiresAt }
        assert.ok(await store.write('key', sealedText(1, 10), options))
        for (const name of leftovers(directory)) age(path.join(directory, name))
        await store.deleteExpired()
        assert.equal(contents(directory).length, 3)
      }
    })
  }

  it('leaves each session as it was before or after: made, changed, and above all ended', async () => {
    const directory = temporaryFolder()
    const storage = createFsSessionStorage<{ text: string }>(directory, { maxBytes: 4_000_000 })
    const alive = new Set<string>()
    const all: string[] = []

    await inTwoLanes(80, async (n) => {
      const log = path.join(temporaryFolder(), 'log')
      writeFileSync(log, '')
      const worker = await Worker.start()
      worker.run('visitUntilKilled', { directory, name: `user-${n % 3}`, keys: [], times: 0, log })
      await sleep(5 + ((n * 11) % 40))
      await worker.kill()
      const lines = linesOf(log)
      const noted = (what: string) =>
        lines.filter((line) => line.startsWith(what)).map((line) => line.split(' ')[1]!)
      const [ending, ended] = [new Set(noted('ending')), new Set(noted('ended'))]
      all.push(...noted('begun'))
      for (const id of noted('made')) {
        const session = await storage.read(id)
        if (ended.has(id)) assert.equal(session.isNew, true, 'a session that was ended is back')
        else if (!ending.has(id)) assert.equal(session.isNew, false, 'a saved session is gone')
      }
    })

    for (const id of all) {
      const session = await storage.read(id)
      if (session.isNew) continue
      assert.ok(countIn(session.get('text')!) > 0, 'a torn session')
      alive.add(session.handle)
    }
    assert.ok(alive.size > 10, `only ${alive.size} sessions`)
    assert.ok(leftovers(directory).length > 0, 'no kill came in the middle of a write')

    // Each is in its user's list, so that "log out everywhere" finds it, whenever its maker died.
    const users = ['user-0', 'user-1', 'user-2']
    const lists = await Promise.all(users.map((user) => storage.sessionsOf(user)))
    assert.deepEqual(new Set(lists.flat().map(({ handle }) => handle)), alive)

    for (const name of leftovers(directory)) age(path.join(directory, name))
    await storage.deleteExpired()
    assert.deepEqual(leftovers(directory), [])
    assert.equal(recordFolders(directory).length, alive.size)
    for (const user of users) await storage.revokeAll(user)
    assert.equal(
      (await Promise.all(users.map((user) => storage.sessionsOf(user)))).flat().length,
      0,
    )
  })
})
