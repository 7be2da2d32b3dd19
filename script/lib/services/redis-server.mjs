import { join } from 'node:path'
import { askRedis } from './ask.mjs'
import { writeServerFile } from './folder.mjs'

/** Files only where they are asked for; and no waiting for anybody when it is told to end. */
const usual = {
  bind: '127.0.0.1',
  'protected-mode': 'no',
  save: '""',
  'shutdown-timeout': 0,
  'repl-diskless-sync-delay': 0,
}

/**
 * A reply means that the operating system has the change: then a SIGKILL loses nothing that was acknowledged.
 *
 * Told to sync once a second, as is usual, Redis and Valkey do not write while a sync is under way, for up to two
 * seconds, and reply all the same. With `no` they write each time before they reply. That holds for the thread that runs
 * the commands: with more of them for connections, Redis 8 may reply first, unless the policy is `always`. That one waits
 * for the disk each time, which only helps when the machine goes too.
 */
const persistent = { appendonly: 'yes', appendfsync: 'no', 'io-threads': 1 }

/**
 * Adds a Redis server. It has a configuration file, so that what a Sentinel makes of it survives a restart.
 * durable: every change is handed to the operating system before the reply.
 */
export function addRedisServer(service, port, { durable = false, settings = {}, more = [] } = {}) {
  const dir = join(service.folder, String(port))
  const all = { ...usual, port, dir, ...(durable && persistent), ...settings }
  const lines = Object.entries(all).map(([name, value]) => `${name} ${value}`)
  return addConfigured(service, port, [...lines, ...more])
}

/** Adds a process of redis-server with these lines as its configuration. */
export function addConfigured(service, port, lines, args = []) {
  const folder = join(service.folder, String(port))
  const file = writeServerFile(folder, 'redis.conf', `${lines.join('\n')}\n`)
  return service.add({
    program: 'redis-server',
    args: [file, ...args],
    port,
    isReady: (pid) => isServing(port, pid),
  })
}

/** Whether it is this very process that answers, with its data loaded. */
async function isServing(port, pid) {
  const info = await askRedis(port, 'INFO')
  return info?.includes(`\r\nprocess_id:${pid}\r\n`) && !info.includes('\r\nloading:1\r\n')
}

/** Whether a replica has all that its primary has; a primary always has. */
export async function isInStep(port) {
  const info = await askRedis(port, 'INFO replication')
  return info !== undefined && (info.includes('role:master') || info.includes('link_status:up'))
}
