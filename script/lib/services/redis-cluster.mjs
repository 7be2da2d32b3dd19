import { askRedis } from './ask.mjs'
import { until } from './processes.mjs'
import { addRedisServer, isInStep } from './redis-server.mjs'
import { launch } from './service.mjs'

const slots = 16_384
const clusterSettings = {
  'cluster-enabled': 'yes',
  'cluster-node-timeout': 1000,
  'cluster-announce-ip': '127.0.0.1',
}

/** A Redis Cluster: three primaries, and a replica of each. */
export function startRedisCluster({ settings, ...options } = {}) {
  return launch('redis-cluster', { ports: 6, withBus: true }, async (service) => {
    for (const port of service.ports) {
      addRedisServer(service, port, { ...options, settings: { ...clusterSettings, ...settings } })
    }
    service.primaries = service.servers.slice(0, 3)
    service.replicas = service.servers.slice(3)
    service.hosts = service.servers.map(({ address }) => address)
    service.env = { REDIS_CLUSTER: service.hosts.join(',') }
    await service.start()
    await join(service.ports)
    service.isReady = async () => (await Promise.all(service.ports.map(isWhole))).every(Boolean)
    await service.start()
  })
}

async function join(ports) {
  const primaries = ports.slice(0, ports.length / 2)
  const share = Math.ceil(slots / primaries.length)
  // Without it the nodes find out one after the other that they claim the same epoch. They take it
  // only while they know no other node.
  await Promise.all(
    ports.map((port, index) => command(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`)),
  )
  await Promise.all(
    ports.flatMap((port, index) =>
      ports.slice(index + 1).map((other) => command(port, `CLUSTER MEET 127.0.0.1 ${other}`)),
    ),
  )
  await Promise.all(
    primaries.map(async (port, index) => {
      const end = Math.min(slots, (index + 1) * share) - 1
      await command(port, `CLUSTER ADDSLOTSRANGE ${index * share} ${end}`)
      const id = (await command(port, 'CLUSTER MYID')).split('\r\n')[1]
      await follow(ports[index + primaries.length], id)
    }),
  )
}

/** A node must have heard of another to become its replica. */
async function follow(port, id) {
  let answer
  const isDone = async () => {
    answer = await askRedis(port, `CLUSTER REPLICATE ${id}`)
    return answer === '+OK\r\n'
  }
  if (!(await until(isDone))) throw new Error(`CLUSTER REPLICATE ${id}: ${answer}`)
}

async function isWhole(port) {
  const info = (await askRedis(port, 'CLUSTER INFO')) ?? ''
  const signs = ['cluster_state:ok', 'cluster_known_nodes:6', `cluster_slots_ok:${slots}`]
  return signs.every((sign) => info.includes(sign)) && (await isInStep(port))
}

/** Waits long for the answer: most of these cannot be sent a second time. */
async function command(port, text) {
  const answer = await askRedis(port, text, 30)
  if (answer !== undefined && !answer.startsWith('-')) return answer
  throw new Error(`${text}: ${answer ?? 'no answer'}`)
}
