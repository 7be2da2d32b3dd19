import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  missing,
  type Service,
  startMariadb,
  startMemcached,
  startPostgres,
  startRedis,
} from '../services/index.ts'
import { patience } from '../patience.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const installed = path.join(root, 'test/runtimes/node_modules')
const program = fileURLToPath(new URL('runtime-visits.js', import.meta.url))

const runtimes: Record<string, [command: string, ...args: string[]]> = {
  'Node 22': [`${installed}/node22/bin/node`],
  'Node 24': [`${installed}/node24/bin/node`],
  'Node 26': [`${installed}/node26/bin/node`],
  Deno: [`${installed}/@deno/linux-x64-glibc/deno`, 'run', '-A', '--no-check', '--no-remote'],
  Bun: [`${installed}/@oven/bun-linux-x64/bin/bun`],
}
const skip = ['redis', 'memcached', 'postgres', 'mariadb'] as const

describe('storages on servers', { skip: skip.map(missing).find(Boolean) ?? false }, () => {
  let services: Service[] = []
  before(async () => {
    services = await Promise.all([startRedis(), startMemcached(), startPostgres(), startMariadb()])
  })
  after(() => Promise.all(services.map((service) => service.stop())))

  for (const [name, [command, ...args]] of Object.entries(runtimes)) {
    it(`P12 run on ${name}, and let it end`, async () => {
      const env = Object.assign({}, process.env, ...services.map((service) => service.env))
      const options = { cwd: root, env, timeout: patience }
      const { stdout } = await promisify(execFile)(command, [...args, program], options)
      assert.deepEqual(stdout.trim().split('\n'), ['redis', 'memcached', 'postgres', 'mysql'])
    })
  }
})
