import { Buffer } from 'node:buffer'
import { backendError } from '../parts/backend-error.ts'
import { Connection } from './connection.ts'
import { parseHosts } from './hosts.ts'
import { flagOf, type Reply } from './replies.ts'

/** What a record is kept as. */
export interface CacheItem {
  value: string
  /** memcached's CAS unique, or a text without blanks that has it. */
  version: string
}

/**
 * What the store asks of memcached. Any client that can compare and swap can be made to fit.
 * `exptime` is memcached's: seconds from now up to 30 days, or the time in seconds since the epoch.
 */
export interface MemcacheClient {
  get(key: string): Promise<CacheItem | undefined>
  /** Only if the key is absent. The new version, or undefined. */
  add(key: string, value: string, exptime: number): Promise<string | undefined>
  /** Only if the version is still this. The new one, or undefined. */
  cas(key: string, value: string, version: string, exptime: number): Promise<string | undefined>
  delete(key: string): Promise<void>
  close?(): Promise<void>
}

/**
 * A client of our own, because no maintained one can compare and swap at this speed: decision 012.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the hosts are wrong.
 */
export function createMetaClient(hosts: readonly string[], timeout: number): MemcacheClient {
  const servers = parseHosts(hosts).map(({ name, host, port }) => {
    return { name, connection: new Connection(host, port, timeout) }
  })

  /** The server with the highest score (rendezvous hashing): when one goes, only its keys move. */
  function serverOf(key: string): Connection {
    let best = servers[0]!
    if (servers.length === 1) return best.connection
    let highest = -1
    for (const server of servers) {
      const score = hash(`${server.name}\n${key}`)
      if (score > highest) {
        best = server
        highest = score
      }
    }
    return best.connection
  }

  async function store(
    connection: Connection,
    key: string,
    value: string,
    flags: string,
  ): Promise<string | undefined> {
    const { epoch } = connection
    const length = Buffer.byteLength(value)
    const reply = await connection.send(`ms ${key} ${length} ${flags} c`, value)
    if (reply.code === 'HD') return versionOf(reply, epoch)
    expect(reply, 'NS', 'EX', 'NF')
    return undefined
  }

  return {
    async get(key) {
      const connection = serverOf(key)
      const { epoch } = connection
      const reply = await connection.send(`mg ${key} v c`)
      if (reply.code === 'VA' && reply.data !== undefined) {
        return { value: reply.data, version: versionOf(reply, epoch) }
      }
      expect(reply, 'EN')
      return undefined
    },
    add: (key, value, exptime) => store(serverOf(key), key, value, `ME T${exptime}`),
    async cas(key, value, version, exptime) {
      const connection = serverOf(key)
      const [unique, epoch] = version.split(':')
      if (epoch !== connection.epoch) return undefined
      return store(connection, key, value, `C${unique} T${exptime}`)
    },
    async delete(key) {
      expect(await serverOf(key).send(`md ${key}`), 'HD', 'NF')
    },
    async close() {
      for (const { connection } of servers) connection.close()
    },
  }
}

function versionOf(reply: Reply, epoch: string): string {
  const unique = flagOf(reply, 'c') ?? '0'
  if (unique === '0') {
    throw backendError('memcached runs without compare-and-swap: start it without the option -C')
  }
  return `${unique}:${epoch}`
}

function expect({ code }: Reply, ...codes: string[]): void {
  if (!codes.includes(code)) throw backendError(`memcached answered with ${code}`)
}

/** FNV-1a with the finish of MurmurHash3: short texts that differ little get scores that differ much. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
