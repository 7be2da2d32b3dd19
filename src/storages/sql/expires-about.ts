/*
 * A column that says about when a row expires, in steps of a quarter of an hour. On PostgreSQL the index for sweeps is on it.
 * A request that moves the deadline within its step changes no indexed value, so PostgreSQL makes no entry in any
 * index for it (a HOT update, decision 051). Tables that earlier releases made have no such column.
 */
import type { CreateTableBuilder, Kysely } from 'kysely'

export const expiresAbout = 'expires_about'

/** So many bits of `expires_at` do not count. A step is 2^20 ms. */
const stepBits = 20

/** The step of an instant: a shift would take the lower 32 bits only. */
export function stepOf(time: number): number {
  return Math.floor(time / 2 ** stepBits)
}

/** Of a page, for new rows. The rest is for their next versions: an update to another page is not HOT. */
const fillFactor = 90

const firstWithGenerated = 120_000

/** As an alias: no table of sessions can have a name with a space. */
const noTable = 'no table'

type Making = CreateTableBuilder<string, string>

/**
 * What adds the column to a table that is to be made, unless the server says that it is PostgreSQL 11 or older. Servers that only
 * speak its language ignore the factor. A function, because builders of Kysely 0.27 refuse to be what a promise has.
 */
export async function expiresAboutAdder(
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever else is in the database
  kysely: Kysely<any>,
): Promise<(making: Making) => Making> {
  const { sql } = await import('kysely')
  const version = sql<unknown>`current_setting('server_version_num', true)`
  const { is } = await kysely.selectNoFrom(version.as('is')).executeTakeFirstOrThrow()
  if (!(Number(is) >= firstWithGenerated)) return (making) => making
  const step = sql.raw(`expires_at >> ${stepBits}`)
  return (making) =>
    making
      .addColumn(expiresAbout, 'bigint', (column) => column.generatedAlwaysAs(step).stored())
      .modifyEnd(sql.raw(`with (fillfactor = ${fillFactor})`))
}

/**
 * Whether the table has the column. A name that the table does not know is looked for in the query around it, which has
 * a 0 of that name: so a missing column is no error, which would end a transaction. No row is read.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export async function hasExpiresAbout(kysely: Kysely<any>, table: string): Promise<boolean> {
  const zero = (name: string) => kysely.selectNoFrom(({ lit }) => lit(0).as(name))
  const inTable = kysely
    .selectFrom(zero('one').as(noTable))
    .leftJoin(table, (join) => join.on(({ lit }) => lit(false)))
    .select(expiresAbout)
  const { found } = await kysely
    .selectFrom(zero(expiresAbout).as('around'))
    .select(inTable.as('found'))
    .executeTakeFirstOrThrow()
  return found === null
}

/**
 * Drops the index of this name if it is one of the table on `expires_at`, and says whether it was. An earlier release that
 * starts at the same moment makes it as soon as there is a table. An index of this name on another table stays.
 */
export async function dropIndexOfEarlier(
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  kysely: Kysely<any>,
  table: string,
  index: string,
): Promise<boolean> {
  const { sql } = await import('kysely')
  const dot = table.indexOf('.')
  // What drops an index takes no schema in its name.
  const inSchema = dot < 0 ? kysely : kysely.withSchema(table.slice(0, dot))
  const dropping = inSchema.schema.dropIndex(index).ifExists()
  // The names as statements have them: quoted, and with the schema of `withSchema()`.
  const [tableName, name] = [kysely.selectFrom(table).selectAll(), dropping].map((query) => {
    const text = query.compile().sql
    return text.slice(text.indexOf('"'))
  })
  const query = sql`select 1
    from pg_catalog.pg_index join pg_catalog.pg_attribute on attrelid = indexrelid
    where indexrelid = to_regclass(${name}) and indrelid = to_regclass(${tableName}) and attname = 'expires_at'`
  const { rows } = await query.execute(kysely)
  if (rows.length === 0) return false
  await dropping.execute()
  return true
}
