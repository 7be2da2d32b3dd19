import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { childrenOf, eventually, processesOf, stillRunning, talk } from './talk.ts'
import { patience } from '../patience.ts'

const holder = fileURLToPath(new URL('holder.js', import.meta.url))
const parts = new URL('../../../script/lib/services/', import.meta.url)

async function startHolder(mode: string) {
  // The leader of a group, as a part of script/test is.
  const child = spawn(process.execPath, [holder, mode], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [line] = await once(child.stdout, 'data')
  const { pids, folders } = JSON.parse(String(line)) as { pids: number[]; folders: string[] }
  return { child, ended, pids, folders }
}

function isAllGone(pids: number[], folders: string[]): boolean {
  const left = folders.filter((folder) => existsSync(folder) || processesOf(folder) !== '')
  return stillRunning(pids).length + left.length === 0
}

const limit = { timeout: patience }

describe('servers of a test', () => {
  for (const [state, mode] of Object.entries({ running: 'stay', frozen: 'freeze' })) {
    it(`end, ${state}, when its process is killed with its whole group`, limit, async () => {
      const { child, ended, pids, folders } = await startHolder(mode)
      const all = pids.flatMap((pid) => [pid, ...childrenOf(pid)])
      assert.ok(all.length > 5)
      assert.deepEqual(stillRunning(all), all)
      process.kill(-child.pid!, 'SIGKILL')
      await ended
      await eventually(() => isAllGone(all, folders))
    })
  }

  it('end when it forgets them, and do not keep it from ending', limit, async () => {
    const { ended, pids, folders } = await startHolder('go')
    assert.deepEqual(await ended, [0, null])
    await eventually(() => isAllGone(pids, folders))
  })

  it('get other ports when another server takes theirs before they can', limit, async (t) => {
    const { launch } = await import(new URL('service.mjs', parts).href)
    const { addRedisServer } = await import(new URL('redis-server.mjs', parts).href)
    const folders: string[] = []
    let taken = 0

    const service = await launch('redis', { ports: 2 }, async (attempt: any) => {
      folders.push(attempt.folder)
      if (folders.length === 1) {
        taken = attempt.ports[1]
        const thief = await launch('thief', { ports: 0 }, async (other: any) => {
          addRedisServer(other, taken)
          await other.start()
        })
        t.after(() => thief.stop())
      }
      for (const port of attempt.ports) addRedisServer(attempt, port)
      await attempt.start()
    })
    t.after(() => service.stop())
    assert.equal(folders.length, 2)
    assert.ok(!service.ports.includes(taken))
    const info = await talk(service.ports[1], 'INFO server')
    assert.match(info!, new RegExp(`process_id:${service.pids[1]}\r\n`))
    assert.equal(existsSync(folders[0]!), false)
    assert.equal(processesOf(folders[0]!), '')
  })
})
