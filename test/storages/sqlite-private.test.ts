/* A database that other users of the machine may read. */
import assert from 'node:assert/strict'
import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createSqliteStore, type SqliteDatabase } from 'coatcheck/sqlite-storage'
import { temporaryFolder } from './temporary-folder.ts'

const options = { replaces: null, expiresAt: Date.now() + 60_000 }
const modeOf = (file: string): number => statSync(file).mode & 0o777

describe('A database that other users may read', () => {
  const sqlite = process.getBuiltinModule('node:sqlite') as
    | { DatabaseSync: new (path: string) => SqliteDatabase }
    | undefined
  if (sqlite === undefined) {
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
    const app = new sqlite.DatabaseSync(file)
    app.exec('PRAGMA journal_mode = WAL; CREATE TABLE of_the_app (id)')
    const files = [file, `${file}-wal`, `${file}-shm`]
    for (const each of files) chmodSync(each, 0o664)
    const store = createSqliteStore(file)
    await store.write('key', 'value', options)
    assert.deepEqual(files.map(modeOf), [0o600, 0o600, 0o600])
    await store.close()
    app.close()
  })
})
