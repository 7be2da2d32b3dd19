import { backendError } from '../parts/backend-error.ts'
import { fromAscii } from '../parts/ascii.ts'
import { configError } from '../../core/errors.ts'
import { type OptionKinds, readOptions } from '../../core/options.ts'
import { deadlineKinds, type DeadlineOptions, Operations } from '../parts/operations.ts'
import type {
  ClosableStore,
  IndexedStore,
  StoredRecord,
  SweepableStore,
  WriteOptions,
} from '../../core/store/session-store.ts'
import { sqliteTable } from '../parts/sqlite-table.ts'
import { hashOwner, makeRow, wholeMilliseconds } from '../parts/stored-row.ts'
import { deleteInBatches } from '../parts/sweep.ts'
import { systemTime } from '../../core/runtime/time.ts'

/** What is called of a D1 database. */
export interface D1 {
  prepare(sql: string): D1Statement
}

export interface D1Statement {
  bind(...values: (string | number | null)[]): D1Statement
  first<Row>(): Promise<Row | null>
  all<Row>(): Promise<{ results: Row[] }>
  run(): Promise<{ meta: { changes?: number | undefined } }>
}

export interface D1StoreOptions extends DeadlineOptions {
  /** The table, made by `createD1SessionTable()`. Letters, digits and underscores, 63 at most. Default `sessions`. */
  table?: string | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

export const d1Kinds: OptionKinds<D1StoreOptions> = {
  ...deadlineKinds,
  table: 'string',
  now: 'function',
}

/** Expired rows that are deleted at once. */
const batch = 1000

/**
 * Makes the table for sessions with its indexes, unless it is there: in a migration, or once.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the name is wrong.
 */
export async function createD1SessionTable(
  database: D1,
  options?: Pick<D1StoreOptions, 'table'>,
): Promise<void> {
  const { table = 'sessions' } = readOptions('createD1SessionTable()', options, { table: 'string' })
  for (const statement of sqliteTable(table).create) await database.prepare(statement).run()
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
  options?: D1StoreOptions,
): IndexedStore & SweepableStore & ClosableStore {
  const own = readOptions('createD1Store()', options, d1Kinds)
  const table = sqliteTable(own.table ?? 'sessions')
  const now = wholeMilliseconds(own.now ?? systemTime)
  if (typeof database?.prepare !== 'function') {
    throw configError('The cloudflare storage needs a D1 database, such as env.DB')
  }
  if ('getBookmark' in database) {
    throw configError('A session of D1 reads from replicas, which are late: give env.DB itself')
  }
  const operations = new Operations(own)

  function bind(sql: string, ...values: (string | number | null)[]): D1Statement {
    return database.prepare(sql).bind(...values)
  }

  /** How many rows it changed. */
  async function run(sql: string, ...values: (string | number | null)[]): Promise<number> {
    const { meta } = await bind(sql, ...values).run()
    // Without it no write could be told from a lost race.
    if (meta.changes === undefined) throw backendError('D1 does not say how many rows it changed')
    return meta.changes
  }

  async function read(key: string): Promise<StoredRecord | undefined> {
    const found = await bind(table.read, key, now()).first<StoredRecord>()
    return found === null ? undefined : { value: fromAscii(found.value), version: found.version }
  }

  async function write(
    key: string,
    value: string,
    { replaces, ...options }: WriteOptions,
  ): Promise<string | undefined> {
    const { version, ...row } = await makeRow(value, options)
    const columns = [row.value, version, row.owner, row.expiresAt] as const
    const changed =
      replaces === null
        ? await run(table.insert, ...columns, key, now())
        : await run(table.replace, ...columns, key, replaces, now())
    return changed === 1 ? version : undefined
  }

  async function keysOf(owner: string): Promise<string[]> {
    const statement = bind(table.keysOf, await hashOwner(owner))
    const { results } = await statement.all<{ id: string }>()
    return results.map(({ id }) => id)
  }

  async function deleteExpired(): Promise<number> {
    const time = now()
    return deleteInBatches(() => operations.run(() => run(table.deleteExpired, time, batch)))
  }

  return {
    read: (key) => operations.run(() => read(key)),
    write: (key, value, options) => operations.run(() => write(key, value, options)),
    async delete(key) {
      await operations.run(() => run(table.remove, key))
    },
    keysOf: (owner) => operations.run(() => keysOf(owner)),
    deleteExpired,
    close: () => operations.close(),
  }
}
