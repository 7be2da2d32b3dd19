import { startMariadb } from './mariadb.mjs'
import { startMemcached } from './memcached.mjs'
import { startPostgres } from './postgres.mjs'
import { findProgram } from './programs.mjs'
import { startRedisCluster } from './redis-cluster.mjs'
import { startRedis } from './redis.mjs'
import { startSentinel } from './sentinel.mjs'

export { startMariadb, startMemcached, startPostgres, startRedis, startRedisCluster, startSentinel }

/** By the names that script/services knows them by. */
export const services = {
  redis: { start: startRedis, program: 'redis-server' },
  'redis-cluster': { start: startRedisCluster, program: 'redis-server' },
  sentinel: { start: startSentinel, program: 'redis-server' },
  memcached: { start: startMemcached, program: 'memcached' },
  postgres: { start: startPostgres, program: 'initdb' },
  mariadb: { start: startMariadb, program: 'mariadbd' },
}

/** What a service lacks to be started here, and how to get it; false if nothing. */
export function missing(name) {
  try {
    findProgram(services[name].program)
    return false
  } catch (error) {
    return error.message
  }
}
