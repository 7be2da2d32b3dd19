import { createRequire } from 'node:module'
import { after, describe } from 'node:test'
import { RedisStore } from 'connect-redis'
import { createClient } from 'redis'
import session, { type SessionOptions } from 'coatcheck/compat/express-session'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { startPostgres, startRedis } from '../../services/index.ts'
import { itLogsInAndOut } from './passport-app.ts'

/** It has no types of its own, and extends the Store of the library that it is given. */
const createPostgresStore = createRequire(import.meta.url)('connect-pg-simple') as (
  library: typeof session,
) => new (options: object) => NonNullable<SessionOptions['store']> & { close(): Promise<void> }

const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
after(() => Promise.all([redis.stop(), postgres.stop()]))

describe('passport over Redis', () => {
  const storage = createRedisSessionStorage({ url: redis.url })
  after(() => storage.close())
  itLogsInAndOut(() => storage)
})

describe('passport over connect-redis', async () => {
  const client = createClient({ url: redis.url })
  await client.connect()
  after(() => client.destroy())
  itLogsInAndOut(() => new RedisStore({ client }))
})

describe('passport over connect-pg-simple', () => {
  const PostgresStore = createPostgresStore(session)
  const store = new PostgresStore({
    conString: postgres.url,
    createTableIfMissing: true,
    pruneSessionInterval: false,
  })
  after(() => store.close())
  itLogsInAndOut(() => store)
})
