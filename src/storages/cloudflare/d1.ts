import { cryptoBackend } from '../../core/crypto/choose.ts'
import { configError } from '../../core/errors.ts'
import { createHandle } from '../../core/id.ts'
import { fromAscii, toAscii } from '../../core/ascii.ts'
import { type DeadlineOptions, Operations } from '../../core/operations.ts'
import type {
  ClosableStore,
  IndexedStore,
  StoredRecord,
  SweepableStore,
  WriteOptions,
} from '../../core/session-store.ts'

/** What is called of a D1 database. */
export interface D1 {
  prepare(sql: string): D1Statement
}

export interface D1Statement {
  bind(...values: (string | number | null)[]): D1Statement
  first<Row>(): Promise<Row | null>
  all<Row>(): Promise<{ results: Row[] }>
  run(): Promise<{ meta: { changes?: number } }>
}

export interface D1StoreOptions extends DeadlineOptions {
  /** The table, made by `createD1SessionTable()`. Letters, digits and underscores. Default `sessions`. */
  table?: string
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
}

/** Expired rows that are deleted at once. */
const batch = 1000

function assertTable(table: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(table)) {
    throw configError('table must be letters, digits and underscores')
  }
}

/**
 * Makes the table for sessions with its indexes, unless it is there: in a migration, or once.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the name is wrong.
 */
export async function createD1SessionTable(
  database: D1,
  { table = 'sessions' }: { table?: string } = {},
): Promise<void> {
  assertTable(table)
  const statements = [
    `CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL,
       version TEXT NOT NULL, owner TEXT, expires_at INTEGER NOT NULL) WITHOUT ROWID`,
    `CREATE INDEX IF NOT EXISTS ${table}_owner ON ${table} (owner) WHERE owner IS NOT NULL`,
    `CREATE INDEX IF NOT EXISTS ${table}_expires_at ON ${table} (expires_at)`,
  ]
  for (const statement of statements) await database.prepare(statement).run()
}

/**
 * Keeps records in Cloudflare D1, where all Workers of the world see the same: with compare-and-swap, unlike
 * KV. Each operation is one statement on the primary database.
 *
 * @param database The binding, such as `env.DB`.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createD1Store(
  database: D1,
  options: D1StoreOptions = {},
): IndexedStore & SweepableStore & ClosableStore {
  const { table = 'sessions', now = Date.now } = options
  assertTable(table)
  if (typeof database?.prepare !== 'function') {
    throw configError('The cloudflare storage needs a D1 database, such as env.DB')
  }
  const operations = new Operations(options)

  function bind(sql: string, ...values: (string | number | null)[]): D1Statement {
    return database.prepare(sql).bind(...values)
  }

  async function changes(statement: D1Statement): Promise<number> {
    const { meta } = await statement.run()
    return meta.changes ?? 0
  }

  async function read(key: string): Promise<StoredRecord | undefined> {
    const sql = `SELECT value, version FROM ${table} WHERE id = ? AND expires_at > ?`
    const found = await bind(sql, key, now()).first<StoredRecord>()
    return found === null ? undefined : { value: fromAscii(found.value), version: found.version }
  }

  async function write(
    key: string,
    value: string,
    { replaces, expiresAt, owner }: WriteOptions,
  ): Promise<string | undefined> {
    // Random, so that a version of a record that was deleted and made anew never comes back.
    const version = createHandle()
    const hash = owner === undefined ? null : await cryptoBackend.sha256(owner)
    const row = [toAscii(value), version, hash, expiresAt] as const
    const statement =
      replaces === null
        ? bind(
            `INSERT INTO ${table} (value, version, owner, expires_at, id) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET value = excluded.value, version = excluded.version,
               owner = excluded.owner, expires_at = excluded.expires_at
             WHERE expires_at <= ?`,
            ...row,
            key,
            now(),
          )
        : bind(
            `UPDATE ${table} SET value = ?, version = ?, owner = ?, expires_at = ?
             WHERE id = ? AND version = ? AND expires_at > ?`,
            ...row,
            key,
            replaces,
            now(),
          )
    return (await changes(statement)) === 1 ? version : undefined
  }

  async function keysOf(owner: string): Promise<string[]> {
    const sql = `SELECT id FROM ${table} WHERE owner = ? AND expires_at > ?`
    const { results } = await bind(sql, await cryptoBackend.sha256(owner), now()).all<{
      id: string
    }>()
    return results.map(({ id }) => id)
  }

  async function deleteExpired(): Promise<number> {
    const sql = `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE expires_at <= ? LIMIT ?)`
    const time = now()
    let deleted = 0
    let found: number
    do {
      found = await operations.run(() => changes(bind(sql, time, batch)))
      deleted += found
    } while (found === batch)
    return deleted
  }

  return {
    read: (key) => operations.run(() => read(key)),
    write: (key, value, options) => operations.run(() => write(key, value, options)),
    async delete(key) {
      await operations.run(() => changes(bind(`DELETE FROM ${table} WHERE id = ?`, key)))
    },
    keysOf: (owner) => operations.run(() => keysOf(owner)),
    deleteExpired,
    close: () => operations.close(),
  }
}
