import { createRequire } from 'node:module'
import { after, describe } from 'node:test'
import { createClient } from 'redis'
import session, { type SessionOptions } from 'coatcheck/compat/express-session'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { startPostgres, startRedis } from '../../services/index.ts'
import { itLogsInAndOut } from './passport-app.ts'

type Store = NonNullable<SessionOptions['store']>

const require = createRequire(import.meta.url)
const { RedisStore } = require('connect-redis') as {
  RedisStore: new (options: { client: object }) => Store
}
/** It extends the Store of the library that it is given. */
const createPostgresStore = require('connect-pg-simple') as (
  library: typeof session,
) => new (options: object) => Store & { close(): Promise<void> }

const [redis, postgres] = await Promise.all([startRedis(), startPostgres()])
// Here, because a suite that waits has no tests yet when the runner comes to it.
const client = await createClient({ url: redis.url }).connect()
after(async () => {
  client.destroy()
  await Promise.all([redis.stop(), postgres.stop()])
})

describe('passport over Redis', () => {
  const storage = createRedisSessionStorage({ url: redis.url })
  after(() => storage.close())
  itLogsInAndOut(() => storage)
})

describe('passport over connect-redis', () => {
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
