import { configError } from '../../core/errors.ts'
import { readOptions } from '../../core/options.ts'

interface Login {
  username?: string | undefined
  password?: string | undefined
  /** Whether to talk TLS, or the options for it: those of Node's `tls.connect()`. */
  tls?: boolean | object | undefined
}

interface SentinelLogin {
  sentinelUsername?: string | undefined
  sentinelPassword?: string | undefined
  /** The same for the connections to the Sentinels. */
  sentinelTls?: boolean | object | undefined
}

/** Where Redis or Valkey is. The storage makes a client for it, of `ioredis` or `iovalkey`. */
export type RedisServer =
  /**
   * `redis://user:password@host:port/database`, or `rediss:` for TLS. `?family=6` looks for IPv6 addresses only,
   * `?family=0` for both kinds, as private networks of some hosts need it.
   */
  | { url: string; tls?: object | undefined }
  | ({ host: string; port?: number | undefined; db?: number | undefined } & Login)
  /** Some servers of a cluster, as `host:port`. */
  | ({ cluster: readonly string[] } & Login)
  /** Sentinels as `host:port`, and what they call the server that they watch. */
  | ({ sentinels: readonly string[]; name: string; db?: number | undefined } & Login &
      SentinelLogin)

export interface Address {
  host: string
  port: number
}

/** The same as options of a client; for a cluster, those of the connection to each server. */
interface Target {
  cluster?: Address[]
  options: { tls: object | undefined; [option: string]: unknown }
}

const login = { username: 'string', password: 'string', tls: 'any' } as const
/** What each kind of address has: what is not looked at would be taken for granted, TLS for example. */
const kinds = {
  url: { url: 'string', tls: 'object' },
  cluster: { cluster: 'any', ...login },
  sentinels: {
    sentinels: 'any',
    name: 'string',
    db: 'any',
    ...login,
    sentinelUsername: 'string',
    sentinelPassword: 'string',
    sentinelTls: 'any',
  },
  host: { host: 'string', port: 'any', db: 'any', ...login },
} as const
const maker = 'The address of a Redis'

/** @throws {SessionError} `ERR_SESSION_CONFIG` if it does not say where the server is, or says something else. */
export function targetOf(given: RedisServer): Target {
  if (has(given, 'url')) {
    const { url, tls } = readOptions(maker, given, kinds.url)
    return { options: optionsIn(url, tls) }
  }
  if (has(given, 'cluster')) {
    const server = readOptions(maker, given, kinds.cluster)
    return {
      cluster: addressesIn('cluster', server.cluster, 6379),
      options: loginIn(server),
    }
  }
  if (has(given, 'sentinels')) {
    const server = readOptions(maker, given, kinds.sentinels)
    if (!server.name) throw configError('sentinels need the name of the server that they watch')
    const { sentinelUsername, sentinelPassword, sentinelTls } = server
    const options = loginIn(server)
    return {
      options: {
        ...options,
        sentinels: addressesIn('sentinels', server.sentinels, 26_379),
        name: server.name,
        db: databaseOf(server.db),
        sentinelUsername,
        sentinelPassword,
        sentinelTLS: tlsOf(sentinelTls),
        enableTLSForSentinelMode: options.tls !== undefined,
      },
    }
  }
  if (typeof given.host !== 'string' || given.host === '') {
    throw configError(
      'The redis storage needs { url }, { host, port }, { cluster }, { sentinels, name }, ' +
        'or a client of redis, ioredis, iovalkey or @valkey/valkey-glide',
    )
  }
  const server = readOptions(maker, given, kinds.host)
  const { host, port = 6379, db } = server
  assertPort(port)
  return {
    options: { ...loginIn(server), host: withoutBrackets(host), port, db: databaseOf(db) },
  }
}

/** Not what every object inherits. */
function has<Key extends string>(
  server: RedisServer,
  key: Key,
): server is Extract<RedisServer, Record<Key, unknown>> {
  return Object.hasOwn(server, key)
}

function loginIn({ username, password, tls }: Login): Target['options'] {
  return { username, password, tls: tlsOf(tls) }
}

function tlsOf(tls: boolean | object | undefined): object | undefined {
  if (tls === undefined || tls === false) return undefined
  if (tls === true) return {}
  if (typeof tls === 'object' && tls !== null) return tls
  throw configError('tls must be true, false or an object of options')
}

function databaseOf(db: unknown = 0): number {
  if (Number.isInteger(db) && Number(db) >= 0) return Number(db)
  throw configError('db must be the number of a database, such as 0')
}

function assertPort(port: unknown): void {
  if (!Number.isInteger(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw configError('port must be a number from 1 to 65535')
  }
}

function optionsIn(text: string, tls: object | undefined): Target['options'] {
  const parts = partsOf(text)
  // Without the text, which may hold a password.
  if (parts === undefined) {
    throw configError('url must be of the form redis://user:password@host:port/0, or rediss://…')
  }
  const { isSecure, ...options } = parts
  if (tls !== undefined && !isSecure) throw configError('tls needs a url that begins with rediss:')
  return { ...options, tls: isSecure ? (tls ?? {}) : undefined }
}

function partsOf(text: string) {
  if (!/^rediss?:\/\/[^/]/.test(text) || !URL.canParse(text)) return undefined
  const { protocol, username, password, hostname, port, pathname, search, hash } = new URL(text)
  const [, family] = /^(?:\?family=([046]))?$/.exec(search) ?? []
  const isKnown = search === '' || family !== undefined
  if (!/^\/?\d*$/.test(pathname) || !isKnown || hash !== '') return undefined
  try {
    return {
      isSecure: protocol === 'rediss:',
      host: withoutBrackets(hostname),
      port: Number(port || 6379),
      db: Number(pathname.slice(1)),
      ...(family !== undefined && { family: Number(family) }),
      username: username === '' ? undefined : decodeURIComponent(username),
      password: password === '' ? undefined : decodeURIComponent(password),
    }
  } catch {
    // A percent sign that stands for itself.
    return undefined
  }
}

function addressesIn(option: string, texts: readonly string[], usualPort: number): Address[] {
  if (!Array.isArray(texts) || texts.length === 0) {
    throw configError(`${option} must be a list such as ["localhost:${usualPort}"]`)
  }
  return texts.map((text: unknown) => {
    const [, host, port = usualPort] = /^(\[.+\]|[^:/]+)(?::(\d+))?$/.exec(String(text)) ?? []
    if (host === undefined) throw configError(`${option} must be given as host:port`)
    assertPort(Number(port))
    return { host: withoutBrackets(host), port: Number(port) }
  })
}

/** Of an IPv6 address: `[::1]` */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
