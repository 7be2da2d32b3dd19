import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createSessionTable } from 'coatcheck/sql-storage'
import type { SqliteDatabase } from 'coatcheck/sqlite-storage'
import type { Dialect, Kysely } from 'kysely'

/** An app has one of these for all its data; the session table is one of its tables. */
export type Database = Kysely<Record<string, object>>

/** Drivers are loaded only when they are asked for, and so is Kysely: it has hundreds of files. */
export async function openPostgres(url: string): Promise<Database> {
  const { default: pg } = await import('pg')
  const { PostgresDialect } = await import('kysely')
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 2000 })
  // A connection that breaks is replaced by the pool, and what needed it fails by itself. Without
  // listeners it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return withTable(new PostgresDialect({ pool }))
}

export async function openMysql(url: string): Promise<Database> {
  const { createPool } = await import('mysql2')
  const { MysqlDialect } = await import('kysely')
  return withTable(new MysqlDialect({ pool: createPool({ uri: url, connectTimeout: 2000 }) }))
}

async function withTable(dialect: Dialect): Promise<Database> {
  const { Kysely } = await import('kysely')
  const database: Database = new Kysely({ dialect })
  await createSessionTable(database)
  return database
}

/** Node 20 has no SQLite of its own: there it is a driver's. */
export async function openSqlite(file: string): Promise<string | SqliteDatabase> {
  mkdirSync(dirname(file), { recursive: true })
  if (process.getBuiltinModule('node:sqlite') !== undefined) return file
  const { default: Libsql } = await import('libsql')
  const database = new Libsql(file)
  database.pragma('journal_mode = WAL')
  database.pragma('busy_timeout = 20')
  return database as unknown as SqliteDatabase
}
