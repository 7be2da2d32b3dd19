import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createSessionTable, createSqlSessionStorage } from 'coatcheck/sql-storage'
import pg from 'pg'
import { missing, startPostgres, type UrlService } from '../../services/index.ts'
import { eventually as until, postgres } from '../../services/talk.ts'
import { type AnyKysely, openPostgres, type Storage } from './backends.ts'
import { assertFailure, begin, count, end, eventually, failure, valuesOf } from './visits.ts'

/** What fails here fails at once: all else has the time that it has by default. */
const timeout = 2
const patience = 10

describe('sql storage on PostgreSQL, when the server fails', { skip: missing('postgres') }, () => {
  let service: UrlService
  let kysely: AnyKysely
  let pool: pg.Pool
  let storage: Storage
  const others: AnyKysely[] = []
  before(async () => {
    const settings = { max_connections: 12, superuser_reserved_connections: 0, max_wal_senders: 0 }
    service = await startPostgres({ settings })
    const opened = openPostgres(service.ports[0]!)
    kysely = opened.kysely
    pool = opened.pool
    await createSessionTable(kysely)
    storage = createSqlSessionStorage(kysely, { timeout })
  })
  beforeEach(() => eventually(() => begin(storage, { n: 0 })))
  after(async () => {
    await Promise.all([kysely, ...others].map((each) => each.destroy()))
    await service.stop()
  })

  const admin = (sql: string) => postgres(service.url, sql)
  /** Whether somebody waits for a lock that another one has. */
  const isWaiting = () =>
    admin("SELECT DISTINCT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'") === '1'

  /** Counts until told to stop, and how often that worked and failed. Resolves when it has begun to. */
  async function keepCounting(
    cookie: string,
  ): Promise<() => Promise<{ counted: number; failed: number }>> {
    const result = { isOver: false, counted: 0, failed: 0 }
    const counting = (async () => {
      while (!result.isOver) {
        try {
          await count(storage, cookie)
          result.counted++
        } catch (error) {
          assertFailure(error)
          result.failed++
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }
      return result
    })()
    await until(() => result.counted > 0)
    return () => {
      result.isOver = true
      return counting
    }
  }

  it('loses no count that was acknowledged when its connections are terminated', async () => {
    const cookie = await begin(storage, { n: 0 })
    const stop = await keepCounting(cookie)
    for (let n = 0; n < 4; n++) {
      const others = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
      const ended = admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`)
      assert.match(ended, /^t/, 'there was no connection')
      await eventually(() => storage.read(cookie))
    }
    const { counted, failed } = await stop()
    const { n } = await eventually(() => valuesOf(storage, cookie))
    assert.ok(counted > 0 && n! >= counted && n! <= counted + failed, `${n}: ${counted}, ${failed}`)
  })

  it('loses no count that was acknowledged when the server stops at once', async () => {
    const cookie = await begin(storage, { n: 0 })
    const stop = await keepCounting(cookie)
    await service.kill('SIGQUIT')
    await failure(storage.read(cookie), timeout)
    await service.start()
    await eventually(() => count(storage, cookie))
    const { counted, failed } = await stop()
    const { n } = await eventually(() => valuesOf(storage, cookie))
    assert.ok(n! >= counted + 1 && n! <= counted + failed + 1, `${n}: ${counted}, ${failed}`)
  })

  it('counts and logs out with serializable transactions', async () => {
    const options = '-c default_transaction_isolation=serializable'
    const one = openPostgres(service.ports[0]!, { options, max: 3 }).kysely
    const two = openPostgres(service.ports[0]!, { options, max: 3 }).kysely
    others.push(one, two)
    const storages: Storage[] = [one, two].map((each) =>
      createSqlSessionStorage(each, { timeout: patience }),
    )
    for (let round = 0; round < 5; round++) {
      const cookie = await begin(storages[0]!, { n: 0 })
      await Promise.all(Array.from({ length: 20 }, (_, n) => count(storages[n % 2]!, cookie)))
      assert.equal((await valuesOf(storages[1]!, cookie)).n, 20)
      const counts = Array.from({ length: 10 }, (_, n) => count(storages[n % 2]!, cookie))
      const [ended] = await Promise.all([end(storages[1]!, cookie), ...counts])
      assert.equal(ended, '')
      assert.equal((await storages[0]!.read(cookie)).isNew, true)
    }
  })

  it('logs out and counts when its statement is given up in favour of another one', async (t) => {
    const options = '-c default_transaction_isolation=serializable'
    const { kysely: strict } = openPostgres(service.ports[0]!, { options, max: 2 })
    others.push(strict)
    const strictly: Storage = createSqlSessionStorage(strict, { timeout: patience })
    const app = new pg.Client(service.url)
    t.after(() => app.end())
    await app.connect()
    for (const act of [end, count]) {
      const cookie = await begin(strictly, { n: 0 })
      const { handle } = await strictly.read(cookie)
      await app.query('BEGIN')
      await app.query("UPDATE sessions SET owner = 'x' WHERE id = $1", [handle])
      const acting = act(strictly, cookie)
      await until(isWaiting)
      await app.query('COMMIT')
      assert.equal(await acting, act === end ? '' : cookie)
      assert.equal((await strictly.read(cookie)).isNew, act === end)
    }
  })

  it('logs out and counts when the database ends its statement to break a deadlock', async (t) => {
    // An app that writes down what happens to sessions, and changes both in the other order.
    admin(`CREATE TABLE journal (n int); INSERT INTO journal VALUES (0);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN UPDATE journal SET n = n + 1; RETURN COALESCE(NEW, OLD); END';
      CREATE TRIGGER note BEFORE UPDATE OR DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION note()`)
    // Each looks once whether there is a deadlock, so long after he began to wait, and is given up if there is.
    const options = '-c deadlock_timeout=1s'
    const { kysely: hasty } = openPostgres(service.ports[0]!, { options })
    others.push(hasty)
    const hastily: Storage = createSqlSessionStorage(hasty, { timeout: patience })
    const app = new pg.Client({ connectionString: service.url, options: '-c deadlock_timeout=60s' })
    t.after(async () => {
      await app.end()
      admin('DROP TRIGGER note ON sessions')
    })
    await app.connect()
    const deadlocks = () =>
      Number(admin('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'))
    const before = deadlocks()
    for (const act of [end, count]) {
      const cookie = await begin(hastily, { n: 0 })
      const { handle } = await hastily.read(cookie)
      await app.query('BEGIN')
      await app.query('UPDATE journal SET n = 0')
      const acting = act(hastily, cookie)
      await until(isWaiting)
      await app.query('SELECT * FROM sessions WHERE id = $1 FOR UPDATE', [handle])
      await app.query('COMMIT')
      assert.equal(await acting, act === end ? '' : cookie)
      assert.equal((await hastily.read(cookie)).isNew, act === end)
    }
    await until(() => deadlocks() >= before + 2)
  })

  it('reads on while the database is read-only, and fails to write', async () => {
    const cookie = await begin(storage, { n: 1 })
    const gone = await storage.read(cookie)
    gone.destroy()
    const setReadOnly = (value: string) => {
      admin(`ALTER SYSTEM SET default_transaction_read_only = ${value}`)
      admin('SELECT pg_reload_conf()')
    }
    const isReadOnly = async () => {
      const { rows } = await pool.query('SHOW default_transaction_read_only')
      return rows[0].default_transaction_read_only
    }
    setReadOnly('on')
    try {
      await until(async () => (await isReadOnly()) === 'on')
      assert.equal((await failure(begin(storage, { n: 1 }), timeout)).code, '25006')
      assert.equal((await failure(storage.save(gone), timeout)).code, '25006')
      assert.equal((await valuesOf(storage, cookie)).n, 1)
    } finally {
      const undo = 'ALTER SYSTEM RESET default_transaction_read_only'
      const url = `${service.url}?options=-c%20default_transaction_read_only%3Doff`
      postgres(url, undo)
      postgres(url, 'SELECT pg_reload_conf()')
    }
    await eventually(() => count(storage, cookie))
  })

  it('fails while the server has no connection left, and goes on when it has', async () => {
    const cookie = await begin(storage, { n: 1 })
    const late = openPostgres(service.ports[0]!).kysely
    others.push(late)
    const refused: Storage = createSqlSessionStorage(late, { timeout })
    const clients: pg.Client[] = []
    try {
      for (let n = 0; n < 20; n++) {
        const client = new pg.Client(service.url)
        client.on('error', () => {})
        await client.connect()
        clients.push(client)
      }
      assert.fail('there is no limit')
    } catch (error) {
      assert.equal((error as { code?: string }).code, '53300')
    }
    try {
      assert.equal((await failure(refused.read(cookie), timeout)).code, '53300')
    } finally {
      await Promise.all(clients.map((client) => client.end()))
    }
    assert.equal((await eventually(() => valuesOf(refused, cookie))).n, 1)
  })

  it('waits no longer than it may for a connection of the pool, in no endless queue', async (t) => {
    const single = openPostgres(service.ports[0]!, { max: 1 })
    others.push(single.kysely)
    const short = 0.4
    const starved: Storage = createSqlSessionStorage(single.kysely, { timeout: short })
    const cookie = await eventually(() => begin(starved, { n: 1 }))
    const client = await single.pool.connect()
    let release = () => client.release()
    t.after(() => release())
    for (let wave = 0; wave < 3; wave++) {
      const reads = Array.from({ length: 700 }, () => failure(starved.read(cookie), short))
      await Promise.all(reads)
    }
    assert.ok(single.pool.waitingCount < 2000, `${single.pool.waitingCount} are waiting`)
    release()
    release = () => {}
    await eventually(() => count(starved, cookie))
    assert.equal((await eventually(() => valuesOf(starved, cookie))).n, 2)
    assert.equal(single.pool.waitingCount, 0)
  })
})
