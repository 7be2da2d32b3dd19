/* Files that other users of the machine own, or may read. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createFsStore } from 'coatcheck/fs-storage'
import { createSqliteStore } from 'coatcheck/sqlite-storage'
import { temporaryFolder } from './temporary-folder.ts'

const isRoot = process.getuid?.() === 0
const hasSqlite = process.getBuiltinModule('node:sqlite') !== undefined
const modeOf = (file: string): number => statSync(file).mode & 0o777

describe('A directory of another user', { skip: !isRoot && 'only root can make one' }, () => {
  for (const mode of [0o700, 0o755, 0o777]) {
    it(`is refused with what to do, and left as it was, at mode ${mode.toString(8)}`, async () => {
      const directory = join(temporaryFolder(), 'volume')
      mkdirSync(directory)
      chmodSync(directory, mode)
      chownSync(directory, 12_345, 12_345)
      assert.throws(() => createFsStore(directory), {
        code: 'ERR_SESSION_CONFIG',
        message: /belongs to another user \(uid 12345.*volume.sessions/s,
      })
      assert.equal(modeOf(directory), mode)
      const store = createFsStore(join(directory, 'sessions'))
      await store.close()
      assert.equal(modeOf(join(directory, 'sessions')), 0o700)
    })
  }
})

describe(
  'A database that other users may read',
  { skip: !hasSqlite && 'needs node:sqlite' },
  () => {
    it('is closed to them, with the files beside it', async () => {
      const file = join(temporaryFolder(), 'app.db')
      for (const each of [file, `${file}-wal`]) {
        writeFileSync(each, '')
        chmodSync(each, 0o664)
      }
      const store = createSqliteStore(file)
      await store.write('key', 'value', { replaces: null, expiresAt: Date.now() + 60_000 })
      const modes = [file, `${file}-wal`, `${file}-shm`].map(modeOf)
      assert.deepEqual(modes, [0o600, 0o600, 0o600])
      await store.close()
    })
  },
)
