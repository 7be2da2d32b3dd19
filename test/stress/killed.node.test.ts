import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
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
import { countIn, sealedText, type Task, type TaskName } from './worker.ts'
import { Worker } from './workers.ts'

const expiresAt = Date.now() + 3_600_000

function linesOf(log: string): string[] {
  return readFileSync(log, 'utf8').split('\n').filter(Boolean)
}

/** Files with the next versions of records, which have not taken their places. */
function unfinished(directory: string): string[] {
  const countOf = (version: string) => Number.parseInt(version, 36)
  return recordFolders(directory).flatMap((folder) =>
    readdirSync(folder).flatMap((version) =>
      readdirSync(path.join(folder, version)).filter((name) => countOf(name) > countOf(version)),
    ),
  )
}

/** Tells whether this process has made something of a kind that shows that it is not ready. */
function halfWay(list: () => string[]): () => boolean {
  const before = new Set(list())
  return () => list().some((name) => !before.has(name))
}

/** Kills it some time or, after a hundred steps that were looked at, at such a moment. It looks after the kill, too. */
async function runAndKill(
  name: TaskName,
  task: Task,
  isMoment: false | (() => boolean),
  look: () => Promise<void>,
) {
  const worker = await Worker.start()
  worker.run(name, { ...task, inSteps: isMoment !== false })
  if (isMoment === false) {
    await sleep(5 + Math.random() * 40)
    await worker.kill()
  } else {
    let steps = 0
    await worker.killAtStep(() => ++steps > 100 && isMoment(), look)
  }
  await look()
}

describe('a process killed while it writes', () => {
  for (const durable of [false, true]) {
    it(`leaves a whole record, never an older one${durable ? ' (durable)' : ''}`, async () => {
      const directory = temporaryFolder()
      const store = createFsStore(directory, { sweepInterval: 0 })
      await store.write('key', sealedText(0, 10), { replaces: null, expiresAt })

      for (let n = 1; n <= 6; n++) {
        const log = path.join(temporaryFolder(), 'log')
        writeFileSync(log, `${countIn((await store.read('key'))!.value)}\n`)
        const task = { directory, name: '', keys: ['key'], times: 0, durable, log }
        const isWriting = halfWay(() => unfinished(directory))
        await runAndKill('writeUntilKilled', task, n % 2 === 0 && isWriting, async () => {
          const reported = Number(linesOf(log).at(-1))
          const count = countIn((await store.read('key'))?.value ?? '')
          const isNext = count === reported || count === reported + 1
          assert.ok(isNext, `${reported} was reported, ${count} is there`)
        })
      }
      assert.ok(unfinished(directory).length > 0, 'no kill came in the middle of a write')

      // The next write, and a sweep, remove what was left half-written.
      const { version } = (await store.read('key'))!
      assert.ok(await store.write('key', sealedText(1, 10), { replaces: version, expiresAt }))
      for (const name of leftovers(directory)) age(path.join(directory, name))
      await store.deleteExpired()
      assert.equal(contents(directory).length, 3)
    })
  }

  it('leaves each session as it was before or after: made, changed, and above all ended', async () => {
    const directory = temporaryFolder()
    const storage = createFsSessionStorage<{ text: string }>(directory, { maxBytes: 4_000_000 })
    const users: string[] = []
    const all: string[] = []
    const left = (prefix: string) => () =>
      leftovers(directory).filter((name) => name.startsWith(prefix))

    for (let n = 1; n <= 16; n++) {
      const log = path.join(temporaryFolder(), 'log')
      writeFileSync(log, '')
      const noted = (what: string) =>
        linesOf(log).flatMap((line) => (line.startsWith(what) ? line.split(' ').slice(1) : []))
      const user = `user-${n}`
      const moments = [
        false,
        halfWay(left('.fresh-')),
        halfWay(() => unfinished(directory)),
        halfWay(left('.trash-')),
      ] as const
      const task = { directory, name: user, keys: [], times: 0, log }
      await runAndKill('visitUntilKilled', task, moments[n % moments.length]!, async () => {
        const [ending, ended] = [new Set(noted('ending')), new Set(noted('ended'))]
        for (const id of noted('made')) {
          const session = await storage.read(id)
          if (ended.has(id)) assert.equal(session.isNew, true, 'a session that was ended is back')
          else if (!ending.has(id)) assert.equal(session.isNew, false, 'a saved session is gone')
        }
        await assertListed(storage, user, noted('begun'))
      })
      users.push(user)
      all.push(...noted('begun'))
    }
    const alive = await aliveOf(storage, all)
    assert.ok(alive.length > 10, `only ${alive.length} sessions`)
    assert.ok(leftovers(directory).length > 0, 'no kill came in the middle of a write')

    for (const name of leftovers(directory)) age(path.join(directory, name))
    await storage.deleteExpired()
    assert.deepEqual(leftovers(directory), [])
    assert.equal(recordFolders(directory).length, alive.length)
    for (const user of users) {
      await storage.revokeAll(user)
      assert.deepEqual(await storage.sessionsOf(user), [])
    }
  })
})

type Texts = ReturnType<typeof createFsSessionStorage<{ text: string }>>

/** The handles of those of these sessions that are there. Each is whole. */
async function aliveOf(storage: Texts, ids: string[]): Promise<string[]> {
  const sessions = await Promise.all(ids.map((id) => storage.read(id)))
  const alive = sessions.filter((session) => !session.isNew)
  for (const session of alive) assert.ok(countIn(session.get('text')!) > 0, 'a torn session')
  return alive.map((session) => session.handle)
}

/** Each is in its user's list, so that "log out everywhere" finds it, whenever its maker died. */
async function assertListed(storage: Texts, user: string, ids: string[]): Promise<void> {
  const listed = await storage.sessionsOf(user)
  const handles = new Set(listed.map(({ handle }) => handle))
  assert.deepEqual(handles, new Set(await aliveOf(storage, ids)))
}
