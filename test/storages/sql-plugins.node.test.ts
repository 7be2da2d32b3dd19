import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionTable, createSqlStore } from 'coatcheck/sql-storage'
import { Kysely, type KyselyPlugin, SqliteDialect, SqliteQueryCompiler } from 'kysely'
import Database from 'libsql'

function connect(): Kysely<Record<string, object>> {
  const database = new Database(':memory:') as never
  return new Kysely({ dialect: new SqliteDialect({ database }) })
}

describe('a dialect that makes parameters of its own, as that of the RDS Data API does', () => {
  it('has its statements compiled each time', async () => {
    class Compiler extends SqliteQueryCompiler {
      protected override appendValue(value: unknown): void {
        super.appendValue({ name: 'one', value } as never)
      }
    }
    class Dialect extends SqliteDialect {
      override createQueryCompiler = () => new Compiler()
    }
    // What its driver would do with them.
    const inner = new Database(':memory:')
    const plain = (parameters: readonly unknown[]) =>
      parameters.map((parameter) => (parameter as { value: unknown }).value)
    const database = {
      close: () => inner.close(),
      prepare(sql: string) {
        const statement = inner.prepare(sql)
        return {
          reader: statement.reader,
          all: (parameters: readonly unknown[]) => statement.all(plain(parameters)),
          run: (parameters: readonly unknown[]) => statement.run(plain(parameters)),
        }
      },
    }
    const kysely = new Kysely<Record<string, object>>({
      dialect: new Dialect({ database: database as never }),
    })
    await createSessionTable(kysely)
    const store = createSqlStore(kysely)
    const expiresAt = Date.now() + 60_000
    const replaces = (await store.write('a', '1', { replaces: null, expiresAt }))!
    assert.equal((await store.read('a'))!.value, '1')
    assert.ok(await store.write('a', '2', { replaces, expiresAt }))
    assert.equal((await store.read('a'))!.value, '2')
    await kysely.destroy()
  })
})

describe('plugins of a Kysely', () => {
  it('see each statement, because what they make of it may differ', async () => {
    let seen = 0
    const plugin: KyselyPlugin = {
      transformQuery({ node }) {
        seen++
        return node
      },
      transformResult: async ({ result }) => result,
    }
    const kysely = connect()
    await createSessionTable(kysely)
    const store = createSqlStore(kysely.withPlugin(plugin))
    // Making the store looks at a statement, too: whether it has a schema.
    seen = 0
    for (let read = 1; read <= 3; read++) {
      assert.equal(await store.read('nobody'), undefined)
      assert.equal(seen, read)
    }
    await kysely.destroy()
  })
})
