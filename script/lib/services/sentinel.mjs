import { randomBytes } from 'node:crypto'
import { askRedis } from './ask.mjs'
import { addConfigured, addRedisServer, isInStep } from './redis-server.mjs'
import { launch } from './service.mjs'

const name = 'coatcheck'

/** Three Sentinels and what they watch: a primary and two replicas. */
export function startSentinel(options) {
  return launch('sentinel', { ports: 6 }, async (service) => {
    const [primary, ...others] = service.ports
    const replicas = others.slice(0, 2)
    const sentinels = others.slice(2).map((port) => ({ port, id: randomBytes(20).toString('hex') }))

    addRedisServer(service, primary, options)
    const more = [`replicaof 127.0.0.1 ${primary}`]
    for (const port of replicas) addRedisServer(service, port, { ...options, more })
    for (const sentinel of sentinels) addSentinel(service, sentinel, primary, replicas, sentinels)

    service.name = name
    service.primary = service.servers[0]
    service.replicas = service.servers.slice(1, 3)
    service.sentinels = service.servers.slice(3)
    service.hosts = service.sentinels.map(({ address }) => address)
    service.env = { REDIS_SENTINELS: service.hosts.join(','), REDIS_SENTINEL_NAME: name }
    service.isReady = async () => {
      const data = [primary, ...replicas].map(isInStep)
      const checks = await Promise.all([...data, ...sentinels.map(({ port }) => isContent(port))])
      return checks.every(Boolean)
    }
    await service.start()
  })
}

function addSentinel(service, { port, id }, primary, replicas, sentinels) {
  const lines = [
    'bind 127.0.0.1',
    'protected-mode no',
    `port ${port}`,
    `sentinel myid ${id}`,
    `sentinel monitor ${name} 127.0.0.1 ${primary} 2`,
    `sentinel down-after-milliseconds ${name} 1000`,
    `sentinel failover-timeout ${name} 3000`,
    // What it would find out by itself, some seconds later, and write down here.
    ...replicas.map((replica) => `sentinel known-replica ${name} 127.0.0.1 ${replica}`),
    ...sentinels
      .filter((other) => other.port !== port)
      .map((other) => `sentinel known-sentinel ${name} 127.0.0.1 ${other.port} ${other.id}`),
  ]
  addConfigured(service, port, lines, ['--sentinel'])
}

/** Whether a Sentinel sees everybody, and could hold an election. */
async function isContent(port) {
  const info = (await askRedis(port, 'INFO sentinel')) ?? ''
  const quorum = (await askRedis(port, `SENTINEL CKQUORUM ${name}`)) ?? ''
  return /status=ok,address=.*,slaves=2,sentinels=3/.test(info) && quorum.startsWith('+OK')
}
