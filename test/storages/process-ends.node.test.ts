import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryFolder } from './temporary-folder.ts'
import { patience } from '../patience.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Runs a module in a process of its own that ends by itself, and returns what it printed. */
async function printed(source: string, ...args: string[]): Promise<string> {
  const flags = ['--expose-gc', '--input-type=module', '--eval', source, ...args]
  const { stdout } = await run(process.execPath, flags, { cwd: root, timeout: patience })
  return stdout
}

describe('a process that has used a storage', () => {
  it('ends by itself with a memory storage open', async () => {
    const output = await printed(`
      import { createMemorySessionStorage } from 'coatcheck/memory-storage'
      const storage = createMemorySessionStorage()
      const session = await storage.read(null)
      session.set('a', 1)
      console.log((await storage.save(session)).length)
    `)
    assert.equal(output, '66\n')
  })

  it('ends by itself with an fs storage open', async () => {
    const directory = temporaryFolder()
    const output = await printed(
      `
      import { createFsSessionStorage } from 'coatcheck/fs-storage'
      const storage = createFsSessionStorage(process.argv[1], { sweepInterval: 1 })
      const session = await storage.read(null)
      session.set('a', 1)
      console.log((await storage.save(session)).length)
    `,
      directory,
    )
    assert.equal(output, '66\n')
  })
})

describe('the timer of an fs storage', () => {
  it('sweeps, and survives a sweep that fails', async () => {
    const directory = path.join(temporaryFolder(), 'sessions')
    const output = await printed(
      `
      import { mkdirSync, readdirSync, renameSync } from 'node:fs'
      import { setTimeout as sleep } from 'node:timers/promises'
      import { createFsStore } from 'coatcheck/fs-storage'
      const [, directory] = process.argv
      const store = createFsStore(directory, { sweepInterval: 1 })
      await store.write('key', 'x', { replaces: null, expiresAt: Date.now() + 10 })
      renameSync(directory, directory + '-away')
      await sleep(1200)
      renameSync(directory + '-away', directory)
      for (let n = 0; n < 600 && readdirSync(directory).length > 0; n++) await sleep(100)
      console.log(readdirSync(directory).length)
      await store.close()
    `,
      directory,
    )
    assert.equal(output, '0\n')
  })
})

describe('the memory of a process', () => {
  it('is free again when its sessions have expired', async () => {
    const output = await printed(`
      import { createMemorySessionStorage } from 'coatcheck/memory-storage'
      let time = 1_790_000_000_000
      const storage = createMemorySessionStorage({ now: () => time, idleTimeout: 60 })
      const used = () => (gc(), gc(), process.memoryUsage().heapUsed)
      async function visit(n) {
        const session = await storage.read(null)
        session.set('text', String(n).repeat(100))
        session.login('user-' + n)
        await storage.save(session)
      }
      for (let n = 0; n < 100; n++) await visit(n)
      const before = used()
      for (let n = 0; n < 20_000; n++) await visit(n)
      const full = used()
      time += 61_000
      await storage.deleteExpired()
      const after = used()
      console.log(JSON.stringify({ grown: full - before, left: after - before }))
      await storage.read(null)
    `)
    const { grown, left } = JSON.parse(output)
    assert.ok(grown > 10_000_000, `20,000 sessions took ${grown} bytes`)
    assert.ok(left < grown / 10, `${left} of ${grown} bytes are left`)
  })
})
