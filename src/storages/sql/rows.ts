import { backendError } from '../parts/backend-error.ts'
import type { GeneratedAlways, Kysely } from 'kysely'
import type { StoredRow } from '../parts/stored-row.ts'
import { compileOnce } from './compile-once.ts'
import { languageOf } from './dialect.ts'
import { expiresAbout, hasExpiresAbout, stepOf } from './expires-about.ts'
import { groupReads, mostTogether } from './grouped-reads.ts'
import { byName, type RunFixed } from './prepared.ts'
import { selectTogether } from './select-together.ts'

/** One record. Times are milliseconds since the epoch. */
interface SessionRow {
  id: string
  value: string
  version: string
  /** A hash of the user's id. */
  owner: string | null
  expires_at: number
}

interface SessionTable extends SessionRow {
  /** Only on PostgreSQL, and not in tables that earlier releases made. */
  expires_about: GeneratedAlways<number>
}

type LiveRow = Pick<SessionRow, 'value' | 'version'>

/** The table under whatever name. */
export type SessionTables = Record<string, SessionTable>

/** The statements. What they match by is exact: ids and versions are compared byte by byte. */
interface SessionRows {
  live(id: string, now: number): Promise<LiveRow | undefined>
  /** The same together with others where that is faster, and otherwise as it is read alone. */
  liveTogether(
    id: string,
    readAlone: () => Promise<LiveRow | undefined>,
  ): Promise<LiveRow | undefined>
  /** Whether it was made: not if there is a live one. */
  create(id: string, row: StoredRow, now: number): Promise<boolean>
  /** Whether it still was as `version` says. */
  replace(id: string, row: StoredRow, version: string, now: number): Promise<boolean>
  delete(id: string): Promise<void>
  /** Whatever this process's clock says: another one serves what has expired here. */
  keysOf(owner: string): Promise<string[]>
  /** Returns what deletes one batch of what has expired by then, and says how many. */
  sweep(now: number): Promise<() => Promise<number>>
}

/** Expired rows that are deleted at once: more would hold locks for long. */
const batch = 1000
/** On SQLite, where nothing else happens meanwhile: not in this process, if the driver is synchronous. */
const sqliteBatch = 100

interface RowsOptions {
  table: string
  prepare: boolean
  now: () => number
}

export function rowsIn(
  db: Kysely<SessionTables>,
  { table, prepare, now: clock }: RowsOptions,
): SessionRows {
  const language = languageOf(db)
  const run: RunFixed =
    prepare && language === 'postgres' ? byName(db) : (compiled) => db.executeQuery(compiled)
  const unqualified = table.slice(table.indexOf('.') + 1)

  async function upsert(id: string, row: StoredRow, now: number): Promise<boolean> {
    const result = await db
      .insertInto(table)
      .values({ id, ...columnsOf(row) })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(columnsOf(row))
          .where(`${unqualified}.expires_at`, '<=', now),
      )
      .executeTakeFirst()
    return result.numInsertedOrUpdatedRows === 1n
  }

  async function insertOrReplaceExpired(id: string, row: StoredRow, now: number): Promise<boolean> {
    const inserted = await db
      .insertInto(table)
      .ignore()
      .values({ id, ...columnsOf(row) })
      .executeTakeFirst()
    if (inserted.numInsertedOrUpdatedRows === 1n) return true
    const updated = await db
      .updateTable(table)
      .set(columnsOf(row))
      .where('id', '=', id)
      .where('expires_at', '<=', now)
      .executeTakeFirst()
    return updated.numUpdatedRows === 1n
  }

  const old = (now: number) => db.selectFrom(table).select('id').where('expires_at', '<=', now)
  const oldest = (now: number, limit: number) => old(now).orderBy('expires_at').limit(limit)
  // In the step that goes on, some have not expired: they do not count as a part of the batch.
  const aboutOldest = (now: number) =>
    old(now).where(expiresAbout, '<=', stepOf(now)).orderBy(expiresAbout).limit(batch)

  /*
   * One batch, oldest first, so that the index is used whatever the database thinks of the table. Where it is selected
   * first, the time is looked at again: somebody may have made the record anew meanwhile.
   */
  const expired = {
    mysql: (now: number) =>
      db.deleteFrom(table).where('expires_at', '<=', now).orderBy('expires_at').limit(batch),
    sqlite: (now: number) =>
      db
        .deleteFrom(table)
        .where('id', 'in', oldest(now, sqliteBatch))
        .where('expires_at', '<=', now),
    postgres: (now: number, isAbout: boolean) => {
      const found = isAbout ? aboutOldest(now) : oldest(now, batch)
      // An array, because PostgreSQL may read the whole table to join it with a selection.
      return db
        .deleteFrom(table)
        .where(({ eb, fn }) => eb('id', '=', fn<string>('any', [fn<string[]>('array', [found])])))
        .where('expires_at', '<=', now)
    },
  }

  const selectLive = compileOnce<{ id: string; now: number }, SessionTables>(
    { db, run },
    ['id', 'now'],
    ({ id, now }) =>
      db
        .selectFrom(table)
        .select(['value', 'version'])
        .where('id', '=', id)
        .where('expires_at', '>', now),
  )

  const selectAll = selectTogether({ db, run }, table, mostTogether)

  // A database in a file does one statement after the other. A plugin may go by the request that it is asked in.
  const isGrouped = language !== 'sqlite' && db.getExecutor().plugins.length === 0
  const together = groupReads<LiveRow>(async (ids) => {
    const { rows } = await selectAll(ids, clock())
    return new Map((rows as SessionRow[]).map((row) => [textOf(row.id), row]))
  })

  const updateVersion = compileOnce<SessionRow & { next: string; now: number }, SessionTables>(
    { db, run },
    ['id', 'value', 'version', 'owner', 'expires_at', 'next', 'now'],
    ({ id, value, version, owner, expires_at, next, now }) =>
      db
        .updateTable(table)
        .set({ value, version: next, owner, expires_at })
        .where('id', '=', id)
        .where('version', '=', version)
        .where('expires_at', '>', now),
  )

  return {
    async live(id, now) {
      const { rows } = await selectLive({ id, now })
      return rows[0] as LiveRow | undefined
    },

    liveTogether: isGrouped ? together : (_, readAlone) => readAlone(),

    // MySQL has no ON CONFLICT … WHERE.
    create: language === 'mysql' ? insertOrReplaceExpired : upsert,

    async replace(id, row, version, now) {
      const updated = await updateVersion({
        ...columnsOf(row),
        id,
        version,
        next: row.version,
        now,
      })
      return updated.numAffectedRows === 1n
    },

    async delete(id) {
      await db.deleteFrom(table).where('id', '=', id).execute()
    },

    async keysOf(owner) {
      const found = await db.selectFrom(table).select('id').where('owner', '=', owner).execute()
      return found.map(({ id }) => textOf(id))
    },

    async sweep(now) {
      // Asked for each sweep, because somebody may give the column to the table meanwhile.
      const isAbout = language === 'postgres' && (await hasExpiresAbout(db, table))
      const query = expired[language](now, isAbout)
      return async () => Number((await query.executeTakeFirst()).numDeletedRows)
    },
  }
}

function columnsOf({ value, version, owner, expiresAt }: StoredRow): Omit<SessionRow, 'id'> {
  return { value, version, owner, expires_at: expiresAt }
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
  throw backendError(
    'The database gave rows in another form: rows must be objects, with texts as they are',
  )
}
