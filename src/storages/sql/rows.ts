import type { Kysely } from 'kysely'

/** One record. Times are milliseconds since the epoch. */
export interface SessionRow {
  id: string
  value: string
  version: string
  /** A hash of the user's id. */
  owner: string | null
  expires_at: number
}

/** The table under whatever name. */
export type SessionTables = Record<string, SessionRow>

type NewRow = Omit<SessionRow, 'id'>

/** The statements. What they match by is exact: ids and versions are compared byte by byte. */
export interface SessionRows {
  live(id: string, now: number): Promise<Pick<SessionRow, 'value' | 'version'> | undefined>
  /** Whether it was made: not if there is a live one. */
  create(id: string, row: NewRow, now: number): Promise<boolean>
  /** Whether it still was as `version` says. */
  replace(id: string, row: NewRow, version: string, now: number): Promise<boolean>
  delete(id: string): Promise<void>
  keysOf(owner: string, now: number): Promise<string[]>
  expired(now: number, limit: number): Promise<string[]>
  deleteAll(ids: readonly string[], now: number): Promise<number>
}

export function rowsIn(db: Kysely<SessionTables>, table: string): SessionRows {
  // PostgreSQL and SQLite have ON CONFLICT … WHERE; MySQL, which has no RETURNING either, has not.
  const canUpsert = db.getExecutor().adapter.supportsReturning === true
  const unqualified = table.slice(table.indexOf('.') + 1)

  async function upsert(id: string, row: NewRow, now: number): Promise<boolean> {
    const result = await db
      .insertInto(table)
      .values({ id, ...row })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet(row).where(`${unqualified}.expires_at`, '<=', now),
      )
      .executeTakeFirst()
    return result.numInsertedOrUpdatedRows === 1n
  }

  async function insertOrReplaceExpired(id: string, row: NewRow, now: number): Promise<boolean> {
    const inserted = await db
      .insertInto(table)
      .ignore()
      .values({ id, ...row })
      .executeTakeFirst()
    if (inserted.numInsertedOrUpdatedRows === 1n) return true
    const updated = await db
      .updateTable(table)
      .set(row)
      .where('id', '=', id)
      .where('expires_at', '<=', now)
      .executeTakeFirst()
    return updated.numUpdatedRows === 1n
  }

  return {
    live: (id, now) =>
      db
        .selectFrom(table)
        .select(['value', 'version'])
        .where('id', '=', id)
        .where('expires_at', '>', now)
        .executeTakeFirst(),

    create: canUpsert ? upsert : insertOrReplaceExpired,

    async replace(id, row, version, now) {
      const updated = await db
        .updateTable(table)
        .set(row)
        .where('id', '=', id)
        .where('version', '=', version)
        .where('expires_at', '>', now)
        .executeTakeFirst()
      return updated.numUpdatedRows === 1n
    },

    async delete(id) {
      await db.deleteFrom(table).where('id', '=', id).execute()
    },

    async keysOf(owner, now) {
      const found = await db
        .selectFrom(table)
        .select('id')
        .where('owner', '=', owner)
        .where('expires_at', '>', now)
        .execute()
      return found.map(({ id }) => textOf(id))
    },

    async expired(now, limit) {
      const found = await db
        .selectFrom(table)
        .select('id')
        .where('expires_at', '<=', now)
        .limit(limit)
        .execute()
      return found.map(({ id }) => textOf(id))
    },

    async deleteAll(ids, now) {
      const { numDeletedRows } = await db
        .deleteFrom(table)
        .where('id', 'in', [...ids])
        .where('expires_at', '<=', now)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

const decoder = new TextDecoder()

/**
 * MySQL keeps text that must be compared byte by byte as bytes, and gives it back as such.
 *
 * @throws {Error} If it is neither: that is not how a missing record looks.
 */
export function textOf(column: unknown): string {
  if (typeof column === 'string') return column
  if (column instanceof Uint8Array) return decoder.decode(column)
  throw new Error(
    'The database gave rows in another form: rows must be objects, with texts as they are',
  )
}

/**
 * Codes of a statement that the database gave up in favour of another one: serialization failures and
 * deadlocks of PostgreSQL, deadlocks of MySQL. Nothing was written.
 */
const lostRaces = new Set<unknown>(['40001', '40P01', 'ER_LOCK_DEADLOCK'])

export function isLostRace(error: unknown): boolean {
  return lostRaces.has((error as { code?: unknown } | null)?.code)
}
