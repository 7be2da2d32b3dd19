/* Connections of MariaDB on which nothing would be kept, or something else than was written. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionTable } from 'coatcheck/sql-storage'
import { Kysely, MysqlDialect } from 'kysely'
import mysql from 'mysql2'
import { missing, startMariadb } from '../services/index.ts'
import { using } from '../services/talk.ts'

const settings: [name: string, value: string, said: RegExp][] = [
  ['autocommit', '0', /autocommit=0/],
  ['sql_mode', 'NO_BACKSLASH_ESCAPES', /NO_BACKSLASH_ESCAPES/],
]

describe('createSessionTable', { skip: missing('mariadb') }, () => {
  for (const [name, value, said] of settings) {
    it(`refuses a MariaDB with ${name}=${value}, and says so`, async (t) => {
      const { url } = await using(t, startMariadb({ settings: { [name]: value } }))
      const kysely = new Kysely<object>({
        dialect: new MysqlDialect({ pool: mysql.createPool(url) }),
      })
      t.after(() => kysely.destroy())
      await assert.rejects(createSessionTable(kysely), {
        code: 'ERR_SESSION_CONFIG',
        message: said,
      })
    })
  }
})
