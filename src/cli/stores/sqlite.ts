import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { createSqliteStore } from '../../storages/sqlite.ts'
import { openDatabase, type SqliteDatabase } from '../../storages/sqlite/database.ts'
import { UsageError } from '../command.ts'
import type { Finding } from './finding.ts'
import type { OpenedStore, StorePlace } from './open.ts'

/** A database of the SQLite storage. Neither file nor table is made: what is not there was named wrongly. */
export async function openSqlite(
  path: string,
  { table = 'sessions' }: StorePlace,
): Promise<OpenedStore> {
  const file = resolve(path)
  if (path === '' || !existsSync(file)) throw new UsageError(`There is no file ${file}`)
  const mode = statSync(file).mode & 0o777
  const db = openDatabase(file)
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?")
  if (!tables.get(table)) {
    db.close()
    throw new UsageError(`There is no table "${table}" in ${file}: give --table`)
  }
  const store = createSqliteStore(db, { table, sweepInterval: 0 })

  /** A page at a time, so that nobody who writes waits. */
  async function* keys(): AsyncGenerator<string> {
    const page = db.prepare(`SELECT id FROM "${table}" WHERE id > ? ORDER BY id LIMIT 500`)
    let last = ''
    for (;;) {
      const rows = page.all(last) as { id: string }[]
      for (const { id } of rows) yield id
      if (rows.length === 0) return
      last = rows.at(-1)!.id
    }
  }

  return {
    kind: 'The SQLite storage',
    store,
    keys,
    findings: async () => findingsOf(db, mode),
    async close() {
      await store.close()
      db.close()
    },
  }
}

function findingsOf(db: SqliteDatabase, mode: number): Finding[] {
  const { journal_mode: journal } = db.prepare('PRAGMA journal_mode').get() as {
    journal_mode: string
  }
  return [
    { level: 'ok', says: 'The table is there.' },
    journal === 'wal'
      ? { level: 'ok', says: 'The journal is a WAL: nobody who writes keeps others from reading.' }
      : {
          level: 'wrong',
          says: `The journal is "${journal}": who writes keeps others from reading.`,
          advice: 'Let the storage open the file by its path, or say PRAGMA journal_mode = WAL.',
        },
    (mode & 0o077) === 0
      ? { level: 'ok', says: 'Only its owner can read the file.' }
      : {
          level: 'wrong',
          says: `Other users of the machine could read the file (mode 0${mode.toString(8)}). It was closed to them now.`,
          advice: 'Find out who opened it: the storage makes it with mode 0600.',
        },
  ]
}
