import { Kysely, SqliteDialect, type KyselyConfig, type SqliteDatabase } from 'kysely'

interface NodeSqlite {
  DatabaseSync: new (path: string) => NodeDatabase
}

interface NodeDatabase {
  close(): void
  prepare(sql: string): {
    all(...values: never[]): unknown[]
    run(...values: never[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  }
}

const { DatabaseSync } = (process.getBuiltinModule('node:sqlite') ?? {}) as Partial<NodeSqlite>

/**
 * A database in memory as Kysely's SQLite dialect wants it: `node:sqlite`, or libsql where that is missing (Node 20).
 * What libsql does wrong after it met a lock cannot happen here, where nobody else has the database.
 */
export async function memoryDatabase(): Promise<SqliteDatabase> {
  if (DatabaseSync === undefined) {
    const { default: Libsql } = await import('libsql')
    return new Libsql(':memory:')
  }
  const database = new DatabaseSync(':memory:')
  return {
    close: () => database.close(),
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        reader: /^select|returning/i.test(sql),
        all: (values) => statement.all(...(values as never[])),
        run: (values) => statement.run(...(values as never[])),
        iterate: () => [][Symbol.iterator](),
      }
    },
  }
}

export function kyselyOn(
  database: SqliteDatabase,
  options: Omit<KyselyConfig, 'dialect'> = {},
): Kysely<Record<string, object>> {
  return new Kysely({ ...options, dialect: new SqliteDialect({ database }) })
}
