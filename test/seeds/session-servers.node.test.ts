import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { createMemcacheSessionStorage } from 'coatcheck/memcache-storage'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { Visitor } from '../frameworks/visitor.ts'
import { startMemcached, startRedis } from '../services/index.ts'
import { createApp } from './login-app.ts'

const [redis, memcached] = await Promise.all([startRedis(), startMemcached()])
after(() => Promise.all([redis.stop(), memcached.stop()]))

const credentials = { username: 'mj', password: 'tiger' }

describe('Seed 004, Custom Session Storage on servers', () => {
  const storages = {
    Redis: createRedisSessionStorage({ host: '127.0.0.1', port: redis.ports[0]! }),
    Memcache: createMemcacheSessionStorage({ hosts: memcached.hosts }),
  }
  for (const [name, storage] of Object.entries(storages)) {
    it(`can be ${name}, as the document writes it`, async () => {
      const router = createApp(storage)
      const visitor = new Visitor((request) => router.fetch(request))
      await visitor.post('/login', credentials)
      assert.match(await visitor.text('/profile'), /<h1>Profile for user user-mj</)
      await storage.close()
    })
  }
})
