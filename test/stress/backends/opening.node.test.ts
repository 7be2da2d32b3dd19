import assert from 'node:assert/strict'
import { once } from 'node:events'
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createSessionTable } from 'coatcheck/sql-storage'
import { Kysely, MysqlDialect, PostgresDialect, type Dialect } from 'kysely'
import { createPool } from 'mysql2'
import pg from 'pg'
import { missing, startMariadb, startPostgres, type UrlService } from '../../services/index.ts'
import { temporaryFolder } from '../../storages/temporary-folder.ts'

const together = 4
const rounds = 15

const databases = {
  PostgreSQL: {
    service: 'postgres',
    start: startPostgres,
    dialect: (url: string) =>
      new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) }),
  },
  MariaDB: {
    service: 'mariadb',
    start: startMariadb,
    dialect: (uri: string) => new MysqlDialect({ pool: createPool({ uri, connectionLimit: 1 }) }),
  },
} as const

for (const [name, { service, start, dialect }] of Object.entries(databases)) {
  describe(`createSessionTable on ${name}`, { skip: missing(service) }, () => {
    let server: UrlService
    before(async () => {
      server = await start()
    })
    after(() => server?.stop())

    it('makes the table when several processes that start ask for it at the same time', async () => {
      const connect = (): Dialect => dialect(server.url)
      const apps = Array.from({ length: together }, () => new Kysely({ dialect: connect() }))
      for (let n = 0; n < rounds; n++) {
        const table = `sessions_${n}`
        await Promise.all(apps.map((app) => createSessionTable(app, { table })))
      }
      await Promise.all(apps.map((app) => app.destroy()))
    })
  })
}

describe('createSqliteStore', () => {
  it('makes the database when several processes that start open it at the same time', async () => {
    const program = fileURLToPath(new URL('./open-sqlite.js', import.meta.url))
    const processes = Array.from({ length: together }, () => fork(program))
    await Promise.all(processes.map((one) => once(one, 'message')))
    const problems: unknown[] = []
    for (let n = 0; n < rounds; n++) {
      const order = { file: join(temporaryFolder(), 'sessions.db'), at: Date.now() + 10 }
      const open = async (one: ChildProcess) => {
        one.send(order)
        const [{ problem }] = await once(one, 'message')
        if (problem) problems.push(problem)
      }
      await Promise.all(processes.map(open))
    }
    for (const one of processes) one.disconnect()
    assert.deepEqual(problems, [])
  })
})
