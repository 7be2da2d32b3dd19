import assert from 'node:assert/strict'
import { mkdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { UrlService } from '../../services/index.ts'
import { eventually, talk } from '../../services/talk.ts'

/** A Redis, and a connection to it that nothing is refused. */
export interface Target {
  service: UrlService
  admin: Redis
}

/** Something for which Redis does not do what it is asked for. */
export interface Refusal {
  name: string
  /** What the client says then, once it knows. */
  says: RegExp
  /** Whether it reads on, and only refuses to write. */
  reads?: boolean
  /** For clients that have no password. */
  anonymous?: boolean
  /** Makes the server refuse. Returns what makes it stop. */
  begin(target: Target): Promise<() => unknown>
}

/** The user of those clients that have a password. */
export const user = { name: 'app', password: 'right' }

/** Loading takes a thousandth of a second for each key, and after some of them it answers: it ends when it is told to. */
const slowly = 1000
/** So many that it is at it for longer than any test. */
const populate = ['POPULATE', 60_000, 'key', 150] as const

export const settings = {
  user: `${user.name} on >${user.password} ~* +@all`,
  'key-load-delay': slowly,
  'loading-process-events-interval-bytes': 1024,
  'enable-debug-command': 'local',
  'busy-reply-threshold': 50,
  'replica-serve-stale-data': 'no',
}

const setUser = (admin: Redis, ...rules: string[]) => admin.acl('SETUSER', user.name, ...rules)

/** Who comes again has to log in again. */
const hangUpOnAll = (admin: Redis) => admin.call('CLIENT', 'KILL', 'TYPE', 'normal')

/** Waits until the server says so to everybody. */
function saysToAll({ ports }: UrlService, start: RegExp): Promise<void> {
  return eventually(async () => start.test((await talk(ports[0]!, 'GET nothing')) ?? ''))
}

/** What ends the loading, which takes its time for the next test again. */
async function loadNow({ ports }: UrlService, loading: Promise<unknown>): Promise<void> {
  await talk(ports[0]!, 'CONFIG SET key-load-delay 0')
  await loading
  await talk(ports[0]!, `CONFIG SET key-load-delay ${slowly}`)
}

async function isSaved(admin: Redis, status: string): Promise<void> {
  await admin.call('BGSAVE')
  const isOver = new RegExp(`rdb_bgsave_in_progress:0\r\n[^]*rdb_last_bgsave_status:${status}\r\n`)
  await eventually(async () => isOver.test(await admin.info('persistence')))
}

export const refusals: Refusal[] = [
  {
    name: 'LOADING, on connections that stay open',
    says: /^LOADING/,
    async begin({ service }) {
      const other = new Redis(service.url)
      await other.call('DEBUG', ...populate)
      const reloading = other.call('DEBUG', 'RELOAD')
      await saysToAll(service, /^-LOADING/)
      return () => loadNow(service, reloading).finally(() => other.disconnect())
    },
  },
  {
    name: 'LOADING, after it was killed',
    // A client that asks first whether it is ready says that it has no connection, in some words or other.
    says: /./,
    async begin({ service, admin }) {
      await admin.call('DEBUG', ...populate)
      await admin.call('SAVE')
      await service.kill()
      const starting = service.start()
      await saysToAll(service, /^-LOADING/)
      return () => loadNow(service, starting)
    },
  },
  {
    name: 'NOAUTH',
    says: /^NOAUTH/,
    anonymous: true,
    async begin({ admin }) {
      await admin.config('SET', 'requirepass', 'secret')
      await hangUpOnAll(admin)
      return () => admin.config('SET', 'requirepass', '')
    },
  },
  {
    name: 'WRONGPASS',
    // Some clients queue until they are let in.
    says: /^WRONGPASS|No answer/,
    async begin({ admin }) {
      await admin.config('SET', 'requirepass', 'secret')
      await setUser(admin, 'resetpass', '>other')
      await hangUpOnAll(admin)
      return async () => {
        await setUser(admin, 'resetpass', `>${user.password}`)
        await admin.config('SET', 'requirepass', '')
      }
    },
  },
  {
    name: 'NOPERM',
    says: /^NOPERM/,
    async begin({ admin }) {
      await setUser(admin, '-@all')
      return () => setUser(admin, '+@all')
    },
  },
  {
    name: 'MISCONF',
    says: /^MISCONF/,
    reads: true,
    async begin({ service, admin }) {
      // A file cannot take the place of a folder.
      const folder = join(service.folder, String(service.ports[0]), 'dump.rdb')
      rmSync(folder, { force: true })
      mkdirSync(folder)
      await admin.config('SET', 'save', '3600 1')
      await isSaved(admin, 'err')
      return async () => {
        rmdirSync(folder)
        await isSaved(admin, 'ok')
        await admin.config('SET', 'save', '')
      }
    },
  },
  {
    name: 'MASTERDOWN',
    says: /^MASTERDOWN/,
    async begin({ admin }) {
      await admin.replicaof('127.0.0.1', 1)
      return () => admin.replicaof('NO', 'ONE')
    },
  },
  {
    name: 'BUSY',
    says: /^BUSY/,
    async begin({ service, admin }) {
      const other = new Redis(service.url)
      const running = assert.rejects(other.eval('while true do end', 0), /Script killed/)
      await saysToAll(service, /^-BUSY/)
      return async () => {
        await admin.call('SCRIPT', 'KILL')
        await running
        other.disconnect()
      }
    },
  },
]
