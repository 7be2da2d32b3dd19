import type * as Kyselys from 'kysely'
import { createSqlStore } from '../../storages/sql.ts'
import { textOf } from '../../storages/sql/rows.ts'
import { UsageError } from '../command.ts'
import { clockFinding, type Finding } from './finding.ts'
import { missingDriver } from './missing-driver.ts'
import type { OpenedStore, StorePlace } from './open.ts'

/** A table of PostgreSQL, MySQL or MariaDB, through Kysely and the driver of the app. */
export async function openSql(
  url: string,
  { table = 'sessions' }: StorePlace,
): Promise<OpenedStore> {
  const isPostgres = /^postgres/i.test(url)
  const kysely = await import('kysely').catch(missingDriver('kysely'))
  const { Kysely, sql } = kysely
  const db = new Kysely<Record<string, { id: string }>>({
    dialect: isPostgres ? await postgres(kysely, url) : await mysql(kysely, url),
  })
  const store = createSqlStore(db, { table })

  async function* keys(): AsyncGenerator<string> {
    let last = ''
    for (;;) {
      const rows = await db
        .selectFrom(table)
        .select('id')
        .where('id', '>', last)
        .orderBy('id')
        .limit(500)
        .execute()
      for (const { id } of rows) yield textOf(id)
      if (rows.length === 0) return
      last = textOf(rows.at(-1)!.id)
    }
  }

  async function findings(): Promise<Finding[]> {
    const before = Date.now()
    const time = isPostgres
      ? sql<{ ms: unknown }>`select extract(epoch from clock_timestamp()) * 1000 as ms`
      : sql<{ ms: unknown }>`select unix_timestamp(sysdate(3)) * 1000 as ms`
    const { rows } = await time.execute(db)
    const expired = await db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll().as('count'))
      .where(sql<boolean>`expires_at < ${before - 86_400_000}`)
      .executeTakeFirstOrThrow()
    return [
      { level: 'ok', says: `The table ${table} is there.` },
      clockFinding(Number(rows[0]?.ms), before, Date.now()),
      Number(expired['count']) === 0
        ? { level: 'ok', says: 'Expired records are dropped.' }
        : {
            level: 'wrong',
            says: `${String(expired['count'])} records expired more than a day ago.`,
            advice:
              'Call storage.deleteExpired() from a timer, or `coatcheck sweep` from a cron job.',
          },
    ]
  }

  async function close(): Promise<void> {
    await store.close()
    await db.destroy()
  }

  try {
    await db.selectFrom(table).select('id').limit(1).execute()
  } catch (error) {
    await close()
    const { code, message } = error as { code?: string; message: string }
    if (code === '42P01' || code === 'ER_NO_SUCH_TABLE') {
      throw new UsageError(
        `There is no table "${table}": createSessionTable() makes it, or give --table`,
        { cause: error },
      )
    }
    throw new Error(`The database at ${new URL(url).host} cannot be used: ${message || code}`, {
      cause: error,
    })
  }
  return { kind: 'The SQL storage', store, keys, findings, close }
}

type Module = typeof Kyselys

async function postgres({ PostgresDialect }: Module, connectionString: string) {
  const { default: pg } = await import('pg').catch(missingDriver('pg'))
  return new PostgresDialect({ pool: new pg.Pool({ connectionString, max: 4 }) })
}

async function mysql({ MysqlDialect }: Module, url: string) {
  const { createPool } = await import('mysql2').catch(missingDriver('mysql2'))
  const uri = url.replace(/^mariadb:/i, 'mysql:')
  return new MysqlDialect({ pool: createPool({ uri, connectionLimit: 4 }) as never })
}
