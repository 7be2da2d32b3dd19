/* A database that other users of the machine may read. */
import assert from 'node:assert/strict'
import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createSqliteStore } from 'coatcheck/sqlite-storage'
import { temporaryFolder } from './temporary-folder.ts'

const options = { replaces: null, expiresAt: Date.now() + 60_000 }
const modeOf = (file: string): number => statSync(file).mode & 0o777

describe('A database that other users may read', () => {
  if (process.getBuiltinModule('node:sqlite') === undefined) {
    it('is not opened by a runtime without SQLite, which says what to do', async () => {
      const file = join(temporaryFolder(), 'app.db')
      await assert.rejects(async () => createSqliteStore(file).write('key', 'value', options), {
        code: 'ERR_SESSION_CONFIG',
      })
    })
    return
  }

  it('is closed to them, with the files beside it', async () => {
    const file = join(temporaryFolder(), 'app.db')
    for (const each of [file, `${file}-wal`]) {
      writeFileSync(each, '')
      chmodSync(each, 0o664)
    }
    const store = createSqliteStore(file)
    await store.write('key', 'value', options)
    const modes = [file, `${file}-wal`, `${file}-shm`].map(modeOf)
    assert.deepEqual(modes, [0o600, 0o600, 0o600])
    await store.close()
  })
})
