import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { SessionEvent } from 'coatcheck'
import { createSessionTable, createSqlSessionStorage } from 'coatcheck/sql-storage'
import { Kysely, MysqlDialect } from 'kysely'
import mysql from 'mysql2/promise'
import { missing, startMariadb, type UrlService } from '../../services/index.ts'
import { eventually as until, mariadb, pauseOfInnodb } from '../../services/talk.ts'
import { type AnyKysely, openMariadb, type Storage } from './backends.ts'
import { assertFailure, begin, count, end, eventually, failure, valuesOf } from './visits.ts'

/** What fails here fails at once: all else has the time that it has by default. */
const timeout = 2
const patience = 10

/** The conflicts that a storage tells of. There is none where nobody else wrote to the session. */
function conflictsOf() {
  const conflicts: SessionEvent[] = []
  const onEvent = (event: SessionEvent) => {
    if (event.type === 'conflict') conflicts.push(event)
  }
  return { conflicts, onEvent }
}

describe('sql storage on MariaDB, when the server fails', { skip: missing('mariadb') }, () => {
  let service: UrlService
  let storage: Storage
  const opened: AnyKysely[] = []
  const open = (options = {}) => {
    const kysely = openMariadb(service.ports[0]!, options)
    opened.push(kysely)
    return kysely
  }
  before(async () => {
    service = await startMariadb({ settings: { 'max-connections': 14 } })
    await createSessionTable(open())
    storage = createSqlSessionStorage(opened[0]!, { timeout })
  })
  after(async () => {
    await Promise.all(opened.map((each) => each.destroy()))
    await service.stop()
  })

  /** Whether somebody waits for a lock that another one has. */
  const isWaiting = () =>
    mariadb(
      service.url,
      "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
    ) === '1'

  for (const [name, fault] of [
    ['its connections are killed', killConnections],
    ['it is restarted', () => service.restart()],
    ['it is killed', () => service.kill().then(() => service.start())],
  ] as const) {
    it(`loses no count that was acknowledged when ${name}`, async () => {
      const cookie = await eventually(() => begin(storage, { n: 0 }))
      const state = { isOver: false, counted: 0, failed: 0 }
      const counting = (async () => {
        while (!state.isOver) {
          await count(storage, cookie).then(
            () => state.counted++,
            (error: unknown) => (assertFailure(error), state.failed++),
          )
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
      })()
      while (state.counted === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await fault()
      await eventually(() => storage.read(cookie))
      state.isOver = true
      await counting
      const { counted, failed } = state
      const { n } = await eventually(() => valuesOf(storage, cookie))
      assert.ok(n! >= counted && n! <= counted + failed, `${n}: ${counted}, ${failed}`)
    })
  }

  async function killConnections(): Promise<void> {
    const admin = await mysql.createConnection(service.url)
    const [rows] = await admin.query('SHOW PROCESSLIST')
    for (const { Id, db } of rows as { Id: number; db: string | null }[]) {
      if (Id !== admin.threadId && db !== null) await admin.query(`KILL ${Id}`).catch(() => {})
    }
    await admin.end()
  }

  it('logs out and counts when the database ends its statement to break a deadlock', async () => {
    const { conflicts, onEvent } = conflictsOf()
    const patient: Storage = createSqlSessionStorage(opened[0]!, { timeout: patience, onEvent })
    const app = await mysql.createConnection(service.url)
    for (const act of [end, count]) {
      const cookie = await begin(patient, { n: 0 })
      const { handle } = await patient.read(cookie)
      // A transaction of the app holds a lock that the statement wants, and then wants one that it waits for.
      await app.query('SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE')
      await app.query('START TRANSACTION')
      await app.query('SELECT * FROM sessions WHERE id = ? LOCK IN SHARE MODE', [handle])
      const acting = act(patient, cookie)
      await until(isWaiting, pauseOfInnodb)
      // So that it is not the app's transaction that is given up.
      await app.query("UPDATE sessions SET owner = 'x' WHERE id = ?", [handle]).catch(() => {})
      await app.query('ROLLBACK')
      assert.equal(await acting, act === end ? '' : cookie)
      const after = await patient.read(cookie)
      assert.equal(after.isNew, act === end)
    }
    assert.deepEqual(conflicts, [])
    await app.end()
  })

  it('logs out and counts when a row was changed while its statement waited for it', async () => {
    const pool = mysql.createPool({ uri: service.url, connectionLimit: 2 }).pool
    pool.on('connection', (connection) => {
      connection.query("SET innodb_snapshot_isolation = ON, tx_isolation = 'SERIALIZABLE'")
    })
    const kysely: AnyKysely = new Kysely({ dialect: new MysqlDialect({ pool }) })
    opened.push(kysely)
    const { conflicts, onEvent } = conflictsOf()
    const strict: Storage = createSqlSessionStorage(kysely, { timeout: patience, onEvent })
    const app = await mysql.createConnection(service.url)
    for (const act of [end, count]) {
      const cookie = await begin(strict, { n: 0 })
      const { handle } = await strict.read(cookie)
      await app.query('START TRANSACTION')
      await app.query("UPDATE sessions SET owner = 'x' WHERE id = ?", [handle])
      const acting = act(strict, cookie)
      await until(isWaiting, pauseOfInnodb)
      await app.query('COMMIT')
      assert.equal(await acting, act === end ? '' : cookie)
      assert.equal((await strict.read(cookie)).isNew, act === end)
    }
    assert.deepEqual(conflicts, [])
    await app.end()
  })

  it('fails while the server has no connection left, and goes on when it has', async () => {
    const cookie = await eventually(() => begin(storage, { n: 1 }))
    const refused: Storage = createSqlSessionStorage(open(), { timeout })
    const held: mysql.Connection[] = []
    const takeAll = async () => {
      for (;;) held.push(await mysql.createConnection(service.url))
    }
    await assert.rejects(takeAll(), { code: 'ER_CON_COUNT_ERROR' })
    try {
      assert.equal((await failure(refused.read(cookie), timeout)).code, 'ER_CON_COUNT_ERROR')
    } finally {
      await Promise.all(held.map((connection) => connection.end()))
    }
    assert.equal((await eventually(() => valuesOf(refused, cookie))).n, 1)
  })
})
