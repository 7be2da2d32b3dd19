import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createRedisSessionStorage,
  createRedisStore,
  type RedisServer,
} from 'coatcheck/redis-storage'

const wrong = { name: 'SessionError', code: 'ERR_SESSION_CONFIG' }
const server = { url: 'redis://localhost' }

describe('redis storage', () => {
  it('refuses what is no server and no client', () => {
    const sources: unknown[] = [
      undefined,
      null,
      'redis://localhost',
      {},
      { url: '' },
      { url: 'http://localhost' },
      { url: 'localhost:6379' },
      { url: 'redis://localhost/first' },
      { url: 6379 },
      { url: undefined, host: 'localhost' },
      { url: 'redis://localhost?db=3' },
      { url: 'redis://localhost', tls: {} },
      { url: 'redis://localhost', db: 3 },
      { url: 'redis://ada:100%@localhost' },
      { host: 'localhost', port: 70_000 },
      { host: 'localhost', port: '6379' },
      { host: 'localhost', db: 'first' },
      { host: 'localhost', db: -1 },
      { host: 'localhost', passwort: 'hunter2' },
      { cluster: ['localhost:70000'] },
      { cluster: ['localhost'], db: 1 },
      { sentinels: ['localhost'], name: 'main', tsl: true },
      { host: '' },
      { host: 6379 },
      { port: 6379 },
      { cluster: [] },
      { cluster: 'localhost:7000' },
      { cluster: [''] },
      { cluster: ['redis://localhost:7000'] },
      { cluster: ['localhost:port'] },
      { sentinels: [], name: 'main' },
      { sentinels: ['localhost:26379'] },
      { sentinels: ['localhost:26379'], name: '' },
      new Map(),
    ]
    for (const source of sources) {
      assert.throws(() => createRedisStore(source as RedisServer), wrong, JSON.stringify(source))
      assert.throws(() => createRedisSessionStorage(source as RedisServer), wrong)
    }
  })

  it('does not repeat a password in its complaint', () => {
    const url = 'redis:// ada:hunter2@local host'
    assert.throws(
      () => createRedisStore({ url }),
      (error: Error) => !error.message.includes('hunter2'),
    )
  })

  it('refuses options that are out of bounds', () => {
    const options: object[] = [
      { timeout: 0 },
      { timeout: 61 },
      { timeout: '2' },
      { timeout: Number.NaN },
      { waitReplicas: -1 },
      { waitReplicas: 1.5 },
      { waitReplicas: 101 },
      { waitReplicas: '1' },
      { prefix: 7 },
      { prefix: null },
    ]
    for (const option of options) {
      assert.throws(() => createRedisStore(server, option), wrong, JSON.stringify(option))
    }
  })

  it('takes what servers may look like', () => {
    const servers: RedisServer[] = [
      { url: 'redis://ada:hunter2@localhost:6380/3' },
      { url: 'rediss://localhost', tls: { rejectUnauthorized: false } },
      { host: 'localhost' },
      { host: '::1', port: 6380, db: 3, username: 'ada', password: 'hunter2', tls: true },
      { cluster: ['localhost', '[::1]:7001'], password: 'hunter2' },
      { sentinels: ['localhost:26379'], name: 'main', sentinelPassword: 'hunter2' },
      { sentinels: ['localhost'], name: 'main', db: 1, tls: true, sentinelTls: true },
      { host: '[::1]', password: process.env['NO_SUCH_PASSWORD'] },
    ]
    for (const each of servers) createRedisStore(each)
    createRedisStore(server, { timeout: 0.01, waitReplicas: 100, prefix: '' })
  })
})
