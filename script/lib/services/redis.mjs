import { addRedisServer } from './redis-server.mjs'
import { launch } from './service.mjs'

/** A Redis. `settings` are lines of redis.conf; with `durable` its data survives a restart. */
export function startRedis(options) {
  return launch('redis', { ports: 1 }, async (service) => {
    const { address } = addRedisServer(service, service.ports[0], options)
    service.url = `redis://${address}`
    service.env = { REDIS_URL: service.url }
    await service.start()
  })
}
