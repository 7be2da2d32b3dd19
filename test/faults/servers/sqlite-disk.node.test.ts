import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { createSqliteSessionStorage, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import Database from 'libsql'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import type { Storage } from './backends.ts'
import { begin, count, end, failure, valuesOf } from './visits.ts'

const timeout = 0.3
const skip = process.getuid!() === 0 ? false : 'only root may mount a file system'

function open(t: TestContext, folder: string): Storage {
  const db = new Database(join(folder, 'sessions.db'))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 10')
  t.after(() => db.close())
  const database = db as unknown as SqliteDatabase
  return createSqliteSessionStorage(database, { timeout, sweepInterval: 0 })
}

function mount(t: TestContext, ...args: string[]): string {
  const folder = temporaryFolder()
  execFileSync('mount', [...args, folder])
  t.after(() => execFileSync('umount', ['--lazy', folder]))
  return folder
}

const small = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs']

describe('sqlite storage on a disk', { skip }, () => {
  it('fails writes when the disk is full, reads on, and works again when it is not', async (t) => {
    const folder = mount(t, ...small)
    const storage = open(t, folder)
    const cookie = await begin(storage, { n: 1 })
    const ballast = join(folder, 'ballast')
    for (const size of [4096, 1]) {
      for (let isFull = false; !isFull;) {
        try {
          writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' })
        } catch {
          isFull = true
        }
      }
    }
    const cause = await failure(begin(storage, { mark: 'x'.repeat(60_000) }), timeout)
    assert.match(cause.message, /full/)
    assert.equal((await valuesOf(storage, cookie)).n, 1)
    rmSync(ballast)
    await count(storage, cookie)
    await begin(storage, { mark: 'x'.repeat(60_000) })
    assert.equal((await valuesOf(storage, cookie)).n, 2)
    assert.equal(await end(storage, cookie), '')
  })

  it('reads on a disk that may only be read, fails to write, and works when it may be written', async (t) => {
    const folder = temporaryFolder()
    const cookie = await begin(open(t, folder), { n: 1 })
    const view = mount(t, '--bind', folder)
    const remount = (mode: string) => execFileSync('mount', ['-o', `remount,bind,${mode}`, view])
    remount('ro')
    const db = new Database(join(view, 'sessions.db'))
    t.after(() => db.close())
    const storage: Storage = createSqliteSessionStorage(db as unknown as SqliteDatabase, {
      timeout,
      sweepInterval: 0,
    })
    assert.equal((await valuesOf(storage, cookie)).n, 1)
    for (const act of [count, end]) {
      const cause = await failure(act(storage, cookie), timeout)
      assert.equal(cause.code, 'SQLITE_READONLY', cause.message)
    }
    assert.equal((await valuesOf(storage, cookie)).n, 1)
    remount('rw')
    const again = open(t, view)
    await count(again, cookie)
    assert.equal((await valuesOf(storage, cookie)).n, 2)
  })

  it('fails writes when another process holds the file, and goes on when that was killed', async (t) => {
    const folder = temporaryFolder()
    const storage = open(t, folder)
    const cookie = await begin(storage, { n: 1 })
    const program = `
      const { default: Database } = await import('libsql')
      new Database(process.argv[1]).exec('BEGIN EXCLUSIVE')
      console.log('held')
      setInterval(() => {}, 1000)`
    const args = ['--input-type=module', '-e', program, join(folder, 'sessions.db')]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    const cause = await failure(count(storage, cookie), timeout)
    assert.match(cause.message, /locked/)
    assert.equal((await valuesOf(storage, cookie)).n, 1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await count(storage, cookie)
    assert.equal((await valuesOf(storage, cookie)).n, 2)
  })
})
