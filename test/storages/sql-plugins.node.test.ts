import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionTable, createSqlStore } from 'coatcheck/sql-storage'
import { Kysely, type KyselyPlugin, SqliteDialect } from 'kysely'
import Database from 'libsql'

function connect(): Kysely<Record<string, object>> {
  const database = new Database(':memory:') as never
  return new Kysely({ dialect: new SqliteDialect({ database }) })
}

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
