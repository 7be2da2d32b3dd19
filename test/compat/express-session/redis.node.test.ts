import { after, describe } from 'node:test'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { startRedis } from '../../services/index.ts'
import { itLogsInAndOut } from './passport-app.ts'

const redis = await startRedis()
after(() => redis.stop())

describe('passport over Redis', () => {
  const storage = createRedisSessionStorage({ url: redis.url })
  after(() => storage.close())
  itLogsInAndOut(() => storage)
})
