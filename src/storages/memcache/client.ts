import { configError } from '../../core/errors.ts'
import { Connection } from './connection.ts'
import type { Reply } from './replies.ts'

/** What a record is kept as: its text, and memcached's CAS unique. */
export interface CacheItem {
  value: string
  version: string
}

/**
 * What the store asks of memcached. Any client that can compare and swap can be made to fit.
 * `exptime` is memcached's: seconds from now up to 30 days, or the time in seconds since the epoch.
 */
export interface MemcacheClient {
  get(key: string): Promise<CacheItem | undefined>
  /** Only if the key is absent. The new CAS unique, or undefined. */
  add(key: string, value: string, exptime: number): Promise<string | undefined>
  /** Only if the CAS unique is still this. The new one, or undefined. */
  cas(key: string, value: string, version: string, exptime: number): Promise<string | undefined>
  delete(key: string): Promise<void>
  close?(): Promise<void>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A client of our own, because no maintained one can compare and swap at this speed: decision 012. */
export function createMetaClient(hosts: readonly string[], timeout: number): MemcacheClient {
  const servers = hosts.map((name) => {
    const { host, port } = addressOf(name)
    return { name, connection: new Connection(host, port, timeout) }
  })

  /** The server with the highest score (rendezvous hashing): when one goes, only its keys move. */
  function serverOf(key: string): Connection {
    let best = servers[0]!
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

  async function store(key: string, value: string, flags: string): Promise<string | undefined> {
    const data = encoder.encode(value)
    const reply = await serverOf(key).send(`ms ${key} ${data.length} ${flags} c`, data)
    if (reply.code === 'HD') return reply.flags.get('c')
    expect(reply, 'NS', 'EX', 'NF')
    return undefined
  }

  return {
    async get(key) {
      const reply = await serverOf(key).send(`mg ${key} v c`)
      if (reply.code === 'VA' && reply.data !== undefined) {
        return { value: decoder.decode(reply.data), version: reply.flags.get('c') ?? '' }
      }
      expect(reply, 'EN')
      return undefined
    },
    add: (key, value, exptime) => store(key, value, `ME T${exptime}`),
    cas: (key, value, version, exptime) => store(key, value, `C${version} T${exptime}`),
    async delete(key) {
      expect(await serverOf(key).send(`md ${key}`), 'HD', 'NF')
    },
    async close() {
      await Promise.all(servers.map(({ connection }) => connection.close()))
    },
  }
}

function expect({ code }: Reply, ...codes: string[]): void {
  if (!codes.includes(code)) throw new Error(`memcached answered with ${code}`)
}

/** `host:port`, `[::1]:port` or `host`, with memcached's own port by default. */
function addressOf(name: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(name)
  const port = Number(found?.[3] ?? 11_211)
  const host = found?.[1] ?? found?.[2]
  if (host === undefined || port < 1 || port > 65_535) {
    throw configError('A memcached host is written like "cache-1:11211"')
  }
  return { host, port }
}

/** FNV-1a with the finish of MurmurHash3: short texts that differ little get scores that differ much. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
