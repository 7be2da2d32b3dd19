/*
 * Servers of a test's own, on free ports, to be killed, frozen and restarted at will. They end with the test's process,
 * however that ends; stop() is for what is not needed until then. For a server that tests only use, `npm test`
 * sets REDIS_URL and the other variables that script/services prints.
 */

/** One process. */
export interface Server {
  readonly port: number
  /** `127.0.0.1:port` */
  readonly address: string
  /** Undefined while it is not running. */
  readonly pid: number | undefined
  /** What it has said since its first start. */
  readonly log: string
  /** Resolves when it serves, on the port that it always had. */
  start(): Promise<void>
  /**
   * Resolves when it has ended: SIGKILL, the default, ends its children too, at once; after another signal it has
   * ten seconds.
   */
  kill(signal?: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): Promise<void>
  /** Shuts it down properly if it runs, and starts it. */
  restart(): Promise<void>
  /** SIGSTOP: connections stay open, new ones may open, nobody answers. */
  pause(): void
  /** SIGCONT. */
  resume(): void
}

/** Servers that belong together. What is not called on one of `servers` happens to all of them. */
export interface Service {
  readonly servers: readonly Server[]
  /** Of the servers that run. */
  readonly pids: number[]
  readonly ports: readonly number[]
  /** Where all of their files are. */
  readonly folder: string
  /** The variables that script/services sets for this service. */
  readonly env: Readonly<Record<string, string>>
  /** Resolves when all of them serve and work together again. */
  start(): Promise<void>
  kill: Server['kill']
  restart(): Promise<void>
  pause(): void
  resume(): void
  /** Ends them and removes their files. */
  stop(): Promise<void>
}

/** `redis://…`, `postgres://…`, `mysql://…` */
export interface UrlService extends Service {
  readonly url: string
}

/** `['127.0.0.1:port', …]` */
export interface HostsService extends Service {
  readonly hosts: readonly string[]
}

/** As they are after the start, three of each, a replica at the place of its primary; a failover changes their roles. */
export interface RedisCluster extends HostsService {
  readonly primaries: readonly Server[]
  readonly replicas: readonly Server[]
}

/** `hosts` are the three Sentinels; the others as they are after the start. */
export interface Sentinel extends HostsService {
  /** By which the Sentinels know the primary. */
  readonly name: string
  readonly primary: Server
  /** Two. */
  readonly replicas: readonly Server[]
  readonly sentinels: readonly Server[]
}

type Settings = Record<string, string | number>

export interface RedisOptions {
  /** Whether data survives a restart and a SIGKILL. Default: false */
  durable?: boolean
  /** More lines for redis.conf: `{ maxmemory: '2mb' }`. */
  settings?: Settings
}

export interface MemcachedOptions {
  /** How many. Default: 3 */
  count?: number
  /** MiB each. Default: 64 */
  memory?: number
  /** More for the command line. */
  args?: string[]
}

export interface SqlOptions {
  /** More for postgresql.conf: `{ max_connections: 5 }`; or more options of mariadbd. */
  settings?: Settings
}

export type ServiceName =
  | 'redis'
  | 'redis-cluster'
  | 'sentinel'
  | 'memcached'
  | 'postgres'
  | 'mariadb'

interface Services {
  startRedis: (options?: RedisOptions) => Promise<UrlService>
  startRedisCluster: (options?: RedisOptions) => Promise<RedisCluster>
  startSentinel: (options?: RedisOptions) => Promise<Sentinel>
  startMemcached: (options?: MemcachedOptions) => Promise<HostsService>
  startPostgres: (options?: SqlOptions) => Promise<UrlService>
  startMariadb: (options?: SqlOptions) => Promise<UrlService>
  missing: (name: ServiceName) => string | false
}

const implementation = new URL('../../../script/lib/services/index.mjs', import.meta.url)
const services = (await import(implementation.href)) as Services

export const startRedis: Services['startRedis'] = services.startRedis
export const startRedisCluster: Services['startRedisCluster'] = services.startRedisCluster
export const startSentinel: Services['startSentinel'] = services.startSentinel
export const startMemcached: Services['startMemcached'] = services.startMemcached
/** Data survives a restart and a SIGKILL. */
export const startPostgres: Services['startPostgres'] = services.startPostgres
/** Data survives a restart and a SIGKILL. */
export const startMariadb: Services['startMariadb'] = services.startMariadb
/** What is not installed, and how to get it; false if nothing: `describe(name, { skip: missing('redis') }, …)`. */
export const missing: Services['missing'] = services.missing
