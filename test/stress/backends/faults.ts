import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import type { Service } from '../../services/index.ts'
import { talk } from '../../services/talk.ts'
import type { Running } from './crew.ts'

export interface FaultContext extends Running {
  address: string
  /** Of those that have a server. */
  service: Service | undefined
}

/** What is done to a server, or to processes, while they work. */
export type Fault = (context: FaultContext) => Promise<void>

/** Longer than the operations of the store may take. */
const longPause = 700

const someTimes = 3

async function again(work: () => unknown): Promise<void> {
  for (let n = 0; n < someTimes; n++) {
    await work()
    await sleep(60)
  }
}

const serverPauses: Fault = async ({ service }) => {
  service!.pause()
  await sleep(longPause)
  service!.resume()
  await sleep(100)
  service!.pause()
  await sleep(100)
  service!.resume()
}

const serverRestarts: Fault = async ({ service }) => service!.restart()

const serverIsKilled: Fault = async ({ service }) => {
  await service!.kill()
  await sleep(100)
  await service!.start()
}

const serverForgets: Fault = ({ service, lose }) => lose(() => service!.restart())

const redisHangsUp: Fault = ({ service }) =>
  again(() => Promise.all(service!.ports.map((port) => talk(port, 'CLIENT KILL TYPE normal'))))

const memcachedIsFlushed: Fault = ({ service, lose }) =>
  again(() => lose(() => Promise.all(service!.ports.map((port) => talk(port, 'flush_all')))))

const postgresHangsUp: Fault = async ({ address }) => {
  const client = new pg.Client(address)
  await client.connect()
  const others = 'pid <> pg_backend_pid() AND client_addr IS NOT NULL'
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`
  await again(() => client.query(sql))
  await client.end()
}

const mariadbHangsUp: Fault = async ({ address }) => {
  const client = await createConnection(address)
  const others = `id <> CONNECTION_ID() AND command <> 'Daemon'`
  await again(async () => {
    const [rows] = await client.query(
      `SELECT id FROM information_schema.processlist WHERE ${others}`,
    )
    for (const { id } of rows as { id: number }[]) {
      // It may have ended by itself meanwhile.
      await client.query(`KILL CONNECTION ${id}`).catch(() => {})
    }
  })
  await client.end()
}

/** Another program writes for longer than the store waits. */
const sqliteIsLocked: Fault = async ({ address }) => {
  const file = address.slice('sqlite:'.length)
  const program = `
    const { default: Database } = await import('libsql')
    const database = new Database(process.argv[1])
    database.exec('PRAGMA busy_timeout = 10000; BEGIN EXCLUSIVE')
    setTimeout(() => database.exec('ROLLBACK'), ${longPause})`
  const options = ['--input-type=module', '-e', program, file]
  const [code] = await once(spawn(process.execPath, options, { stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error(`could not lock ${file}`)
}

/**
 * One pauses as in a garbage collection, or on a machine that swaps: what it read before is old when it goes on. Then two others
 * are killed. Neither hinders the store, so both are in one run.
 */
const processesFail: Fault = async ({ crew }) => {
  const [, pausing, ...killed] = crew.members
  await again(async () => {
    pausing!.pause()
    await sleep(150)
    pausing!.resume()
  })
  for (const member of killed) {
    await sleep(100)
    await member.kill()
  }
}

const forAll = { 'a process pauses, and two are killed': processesFail }

/** For each target, by its name. */
export const faults: Readonly<Record<string, Readonly<Record<string, Fault>>>> = {
  Redis: {
    'the server pauses': serverPauses,
    'the server hangs up': redisHangsUp,
    'the server restarts': serverRestarts,
    'the server is killed': serverIsKilled,
    ...forAll,
  },
  'a Redis that keeps nothing': { 'the server restarts': serverForgets },
  'a Redis Cluster': { 'the servers hang up': redisHangsUp, ...forAll },
  'three memcached': {
    'the servers pause': serverPauses,
    'the servers restart, and forget everything': serverForgets,
    'the servers are flushed': memcachedIsFlushed,
    ...forAll,
  },
  PostgreSQL: {
    'the server pauses': serverPauses,
    'the server hangs up': postgresHangsUp,
    'the server restarts': serverRestarts,
    'the server is killed': serverIsKilled,
    ...forAll,
  },
  MariaDB: {
    'the server pauses': serverPauses,
    'the server hangs up': mariadbHangsUp,
    'the server restarts': serverRestarts,
    'the server is killed': serverIsKilled,
    ...forAll,
  },
  SQLite: { 'another program has it locked': sqliteIsLocked, ...forAll },
  'Cloudflare D1': { 'the worker restarts': serverRestarts, ...forAll },
  'Cloudflare Durable Objects': { 'the worker is killed': serverIsKilled, ...forAll },
  'a directory': forAll,
}
