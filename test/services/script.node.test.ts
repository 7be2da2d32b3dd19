import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { processesOf, stillRunning, talk } from './talk.ts'
import { patience } from '../patience.ts'

const script = fileURLToPath(new URL('../../../script/services', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'coatcheck-test-services-'))
// Not those that somebody may have left running in this clone.
const state = join(scratch, 'state.json')
const env = { ...process.env, SERVICES_STATE: state }

after(() => {
  services('stop')
  rmSync(scratch, { recursive: true })
})

function services(...args: string[]) {
  return spawnSync(script, args, { env, encoding: 'utf8', timeout: patience })
}

const { execPath: node } = process
const printVariables = 'console.log(JSON.stringify(process.env))'

describe('script/services run', () => {
  it('runs a command that finds what was asked for, and passes its exit code on', () => {
    const program = `${printVariables}; process.exitCode = 7`
    const { status, stdout } = services('run', 'redis', 'memcached', '--', node, '-e', program)
    assert.equal(status, 7)
    const found = JSON.parse(stdout)
    assert.match(found.REDIS_URL, /^redis:\/\/127\.0\.0\.1:\d+$/)
    assert.match(found.MEMCACHED_HOSTS, /^(127\.0\.0\.1:\d+,?){3}$/)
    assert.equal(found.POSTGRES_URL, undefined)
  })

  it('starts all of them if none is named', () => {
    const { status, stdout } = services('run', node, '-e', printVariables)
    assert.equal(status, 0)
    const found = JSON.parse(stdout)
    assert.match(found.REDIS_URL, /^redis:\/\/127\.0\.0\.1:\d+$/)
    assert.match(found.REDIS_CLUSTER, /^(127\.0\.0\.1:\d+,?){6}$/)
    assert.match(found.REDIS_SENTINELS, /^(127\.0\.0\.1:\d+,?){3}$/)
    assert.equal(found.REDIS_SENTINEL_NAME, 'coatcheck')
    assert.match(found.MEMCACHED_HOSTS, /^(127\.0\.0\.1:\d+,?){3}$/)
    assert.match(found.POSTGRES_URL, /^postgres:\/\/postgres@127\.0\.0\.1:\d+\/postgres$/)
    assert.match(found.MYSQL_URL, /^mysql:\/\/root@127\.0\.0\.1:\d+\/coatcheck$/)
  })

  it('says 127 for a command that there is not, and 128 and more for one that was killed', () => {
    assert.equal(services('run', 'redis', '--', join(scratch, 'nothing')).status, 127)
    assert.equal(services('run', 'redis', '--', 'sh', '-c', 'kill -KILL $$').status, 137)
  })

  for (const [signal, code] of Object.entries({ SIGTERM: 143, SIGINT: 130, SIGHUP: 129 })) {
    it(`ends the command and the servers on ${signal}`, { timeout: patience }, async () => {
      const program = `console.log(process.pid, process.env.REDIS_URL); setInterval(() => {}, 1e6)`
      const args = ['run', 'redis', '--', node, '-e', program]
      const child = spawn(script, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = once(child, 'exit')
      const [line] = await once(child.stdout, 'data')
      const [pid, url] = String(line).trim().split(' ')
      const { pid: serverPid, folder } = await whoIsAt(url!)
      child.kill(signal as NodeJS.Signals)
      assert.deepEqual(await ended, [code, null])
      assert.deepEqual(stillRunning([Number(pid), serverPid]), [])
      assert.equal(existsSync(folder), false)
      assert.equal(processesOf(folder), '')
    })
  }
})

describe('script/services start and stop', () => {
  it('leave servers running that a shell can find, until they end them', async () => {
    const { status, stdout } = services('start', 'redis', 'memcached')
    assert.equal(status, 0)
    const [, url] = stdout.match(/^REDIS_URL=(redis:\S+)\nMEMCACHED_HOSTS=[\d.:,]+\n$/)!
    const { pid, folder } = await whoIsAt(url!)
    // Nobody is left to wait for them.
    assert.match(processesOf(folder), /^$/)
    assert.equal(services('start', 'redis', 'memcached').stdout, stdout)
    assert.match(services('status').stdout, new RegExp(`# redis: 1 of 1 running, pids ${pid},`))

    assert.equal(services('stop', 'memcached').status, 0)
    assert.deepEqual(stillRunning([pid]), [pid])
    assert.equal(services('stop').status, 0)
    assert.deepEqual(stillRunning([pid]), [])
    assert.equal(existsSync(folder), false)
    assert.equal(services('status').stdout, '')
  })

  it('start a service anew that somebody has killed', async () => {
    const first = await whoIsAt(services('start', 'redis').stdout)
    process.kill(first.pid, 'SIGKILL')
    const second = await whoIsAt(services('start', 'redis').stdout)
    assert.notEqual(second.pid, first.pid)
    assert.equal(existsSync(first.folder), false)
    services('stop')
  })

  it('end no process that has the pid of one of theirs by now', (t) => {
    services('start', 'redis')
    const bystander = spawn(node, ['-e', 'setInterval(() => {}, 1e6)'], { detached: true })
    t.after(() => bystander.kill('SIGKILL'))
    const left = JSON.parse(readFileSync(state, 'utf8'))
    const [server] = left.redis.servers
    process.kill(server.pid, 'SIGKILL')
    server.pid = bystander.pid
    writeFileSync(state, JSON.stringify(left))
    assert.equal(services('stop').status, 0)
    assert.deepEqual(stillRunning([bystander.pid!]), [bystander.pid])
    assert.equal(existsSync(left.redis.folder), false)
  })

  it('name what there is when asked for something else', () => {
    for (const args of [
      ['start', 'redes'],
      ['stop', 'redes'],
      ['run', 'redes', '--', 'true'],
    ]) {
      const { status, stdout, stderr } = services(...args)
      assert.deepEqual([status, stdout], [1, ''])
      assert.match(stderr, /No such service: redes\. There are: redis redis-cluster sentinel/)
    }
    assert.equal(services('run').status, 1)
    assert.equal(services('begin').status, 2)
  })
})

async function whoIsAt(url: string) {
  const info = await talk(Number(url.match(/:(\d+)\s*$/)![1]), 'INFO server')
  const [, pid] = info!.match(/process_id:(\d+)/)!
  const [, folder] = info!.match(/config_file:(.*)\/\d+\/redis\.conf/)!
  return { pid: Number(pid), folder: folder! }
}
