import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { describe, it, type TestContext } from 'node:test'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { age, contents, leftovers, temporaryFolder } from '../storages/temporary-folder.ts'

const skip = process.getuid!() === 0 ? false : 'only root may mount a file system'

/** A small file system in memory. */
function mount(
  t: TestContext,
  options: string,
): { folder: string; remount(mode: 'ro' | 'rw'): void } {
  const folder = temporaryFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  t.after(() => execFileSync('umount', ['--lazy', folder]))
  const remount = (mode: string) => execFileSync('mount', ['-o', `remount,${mode}`, folder])
  return { folder, remount }
}

function fillSpace(folder: string): () => void {
  const ballast = path.join(folder, 'ballast')
  for (const size of [65_536, 4096, 1]) {
    for (const start = Date.now(); Date.now() - start < 5000;) {
      try {
        writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' })
      } catch {
        break
      }
    }
  }
  return () => rmSync(ballast)
}

function fillInodes(folder: string): () => void {
  const files: string[] = []
  for (let n = 0; n < 10_000; n++) {
    try {
      writeFileSync(path.join(folder, `ballast-${n}`), '', { flag: 'wx' })
      files.push(path.join(folder, `ballast-${n}`))
    } catch {
      break
    }
  }
  return () => files.forEach((file) => rmSync(file))
}

const openFiles = () => readdirSync('/proc/self/fd').length
const full = { name: 'StoreError', code: 'ERR_SESSION_STORE', operation: 'write' }

function isFull(error: any): boolean {
  assert.deepEqual({ name: error.name, code: error.code, operation: error.operation }, full)
  assert.equal(error.cause.code, 'ENOSPC')
  return true
}

for (const durable of [false, true]) {
  const label = durable ? ' (durable)' : ''

  for (const [what, options, fill] of [
    ['space', 'size=600k,nr_inodes=1000', fillSpace],
    ['inodes', 'size=10m,nr_inodes=100', fillInodes],
  ] as const) {
    describe(`a disk without ${what}${label}`, { skip }, () => {
      it('fails writes, keeps what was saved, ends sessions, and works again afterwards', async (t) => {
        const { folder } = mount(t, options)
        const directory = path.join(folder, 'sessions')
        const storage = createFsSessionStorage<{ text: string }>(directory, {
          durable,
          maxBytes: 4_000_000,
        })
        const cookies: string[] = []
        for (const text of ['kept'.repeat(1000), 'ended']) {
          const session = await storage.read(null)
          session.set('text', text)
          session.login('ada')
          cookies.push((await storage.save(session))!)
        }
        const [kept, ended] = cookies as [string, string]
        const free = fill(folder)
        const before = { contents: contents(directory), openFiles: openFiles() }

        for (let n = 0; n < 10; n++) {
          const session = await storage.read(kept)
          assert.equal(session.get('text'), 'kept'.repeat(1000))
          session.set('text', 'new'.repeat(100_000))
          await assert.rejects(storage.save(session), isFull)
          const other = await storage.read(null)
          other.set('text', 'other')
          await assert.rejects(storage.save(other), isFull)
        }
        // Somebody who has none: those of ada would end, though it cannot be noted.
        await assert.rejects(storage.revokeAll('grace'), { name: 'RevokeError', ended: 0 })
        assert.deepEqual({ contents: contents(directory), openFiles: openFiles() }, before)

        const ending = await storage.read(ended)
        ending.destroy()
        assert.equal(await storage.save(ending), '')
        assert.equal((await storage.read(ended)).isNew, true)

        free()
        const session = await storage.read(kept)
        session.set('text', 'new')
        await storage.save(session)
        assert.equal((await storage.read(kept)).get('text'), 'new')
        assert.equal(await storage.revokeAll('ada'), 1)
        for (const name of leftovers(directory)) age(path.join(directory, name))
        await storage.deleteExpired()
        assert.deepEqual(leftovers(directory), [])
      })
    })
  }

  describe(`a disk that became read-only${label}`, { skip }, () => {
    it('lets sessions be read, fails everything else, and nothing is lost', async (t) => {
      const { folder, remount } = mount(t, 'size=1m')
      const directory = path.join(folder, 'sessions')
      const storage = createFsSessionStorage<{ n: number }>(directory, { durable })
      const first = await storage.read(null)
      first.set('n', 1)
      first.login('ada')
      const cookie = (await storage.save(first))!
      const before = contents(directory)
      remount('ro')

      const isReadOnly = (error: any) =>
        /^(Store|Revoke)Error$/.test(error.name) && error.cause.code === 'EROFS'
      const session = await storage.read(cookie)
      assert.equal(session.get('n'), 1)
      session.set('n', 2)
      await assert.rejects(storage.save(session), isReadOnly)
      const ending = await storage.read(cookie)
      ending.destroy()
      await assert.rejects(storage.save(ending), isReadOnly)
      const other = await storage.read(null)
      other.set('n', 3)
      await assert.rejects(storage.save(other), isReadOnly)
      await assert.rejects(storage.revokeAll('ada'), isReadOnly)
      assert.equal((await storage.sessionsOf('ada')).length, 1)
      assert.equal(await storage.deleteExpired(), 0)
      assert.throws(() => createFsSessionStorage(directory), { code: 'ERR_SESSION_CONFIG' })

      remount('rw')
      assert.deepEqual(contents(directory), before)
      assert.equal(await storage.save(ending), '')
      assert.equal((await storage.read(cookie)).isNew, true)
    })
  })
}

describe('a disk that was unmounted', { skip }, () => {
  it('is a store that fails, not one without sessions (P8)', async () => {
    const folder = temporaryFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
    try {
      const storage = createFsSessionStorage<{ n: number }>(folder)
      const session = await storage.read(null)
      session.set('n', 1)
      const cookie = await storage.save(session)
      execFileSync('umount', ['--lazy', folder])
      await assert.rejects(storage.read(cookie), { name: 'StoreError' })
    } finally {
      try {
        execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' })
      } catch {
        // It is not there any more: as it should be.
      }
    }
  })
})
