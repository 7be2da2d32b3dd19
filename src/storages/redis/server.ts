import { configError } from '../../core/errors.ts'

interface Login {
  username?: string
  password?: string
  /** Whether to talk TLS, or the options for it: those of Node's `tls.connect()`. */
  tls?: boolean | object
}

/** Where Redis or Valkey is. The storage makes a client for it, of `ioredis` or `iovalkey`. */
export type RedisServer =
  /** `redis://user:password@host:port/database`, or `rediss:` for TLS. */
  | { url: string; tls?: object }
  | ({ host: string; port?: number; db?: number } & Login)
  /** Some servers of a cluster, as `host:port`. */
  | ({ cluster: readonly string[] } & Login)
  /** Sentinels as `host:port`, and what they call the server that they watch. */
  | ({ sentinels: readonly string[]; name: string; db?: number; sentinelPassword?: string } & Login)

export interface Address {
  host: string
  port: number
}

/** The same as options of a client; for a cluster, those of the connection to each server. */
export interface Target {
  cluster?: Address[]
  options: { tls: object | undefined; [option: string]: unknown }
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` if it does not say where the server is. */
export function targetOf(server: RedisServer): Target {
  if ('url' in server) return { options: optionsIn(server.url, server.tls) }
  const { tls, ...rest } = server
  const secure = { tls: typeof tls === 'object' ? tls : tls ? {} : undefined }
  if ('cluster' in rest) {
    const { cluster, ...login } = rest
    return { cluster: addressesIn('cluster', cluster, 6379), options: { ...login, ...secure } }
  }
  if ('sentinels' in rest) {
    if (!rest.name) throw configError('sentinels need the name of the server that they watch')
    const sentinels = addressesIn('sentinels', rest.sentinels, 26_379)
    const enableTLSForSentinelMode = secure.tls !== undefined
    return { options: { ...rest, ...secure, sentinels, enableTLSForSentinelMode } }
  }
  if (typeof rest.host !== 'string' || rest.host === '') {
    throw configError(
      'The redis storage needs { url }, { host, port }, { cluster }, { sentinels, name }, ' +
        'or a client of redis, ioredis, iovalkey or @valkey/valkey-glide',
    )
  }
  return { options: { ...rest, ...secure } }
}

function optionsIn(text: string, tls: object | undefined): Target['options'] {
  const [, protocol] = /^(rediss?:)\/\/[^/]/.exec(text) ?? []
  const database = protocol && URL.canParse(text) && new URL(text).pathname.slice(1)
  if (typeof database !== 'string' || !/^\d*$/.test(database)) {
    // Without the text, which may hold a password.
    throw configError('url must be of the form redis://user:password@host:port/0, or rediss://…')
  }
  const { username, password, hostname, port } = new URL(text)
  return {
    host: withoutBrackets(hostname),
    port: Number(port || 6379),
    db: Number(database),
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    tls: protocol === 'rediss:' ? (tls ?? {}) : undefined,
  }
}

function addressesIn(option: string, texts: readonly string[], usualPort: number): Address[] {
  if (!Array.isArray(texts) || texts.length === 0) {
    throw configError(`${option} must be a list such as ["localhost:${usualPort}"]`)
  }
  return texts.map((text: unknown) => {
    const [, host, port = usualPort] = /^(\[.+\]|[^:/]+)(?::(\d+))?$/.exec(String(text)) ?? []
    if (host === undefined) throw configError(`${option} must be given as host:port`)
    return { host: withoutBrackets(host), port: Number(port) }
  })
}

/** Of an IPv6 address: `[::1]` */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
