/* The program in docs/lifetimes.md, run as it is, on a clock that the test moves. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { programsIn } from './blocks.ts'
import { freePort } from '../free-port.ts'
import { firstAnswer } from './run-program.ts'

const folder = mkdtempSync('.build/lifetimes-')
const SESSION_SECRET = 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'
const clock = `
const now = Date.now
let ahead = 0
Date.now = () => now() + ahead
process.on('message', (milliseconds) => process.send((ahead += milliseconds)))
process.channel.unref()
`

async function start(t: TestContext, name: string) {
  const port = await freePort()
  writeFileSync(join(folder, name), programsIn('docs/lifetimes.md').get(name)!)
  writeFileSync(join(folder, 'clock.mjs'), clock)
  const server = spawn(process.execPath, ['--import', './clock.mjs', name], {
    cwd: folder,
    env: { ...process.env, SESSION_SECRET, PORT: String(port), NODE_ENV: undefined },
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const ended = once(server, 'exit')
  t.after(async () => {
    server.kill('SIGTERM')
    await ended
  })
  const address = `http://127.0.0.1:${port}`
  const early = ended.then(() => assert.fail('The program ended: see what it printed'))
  // It also ends when the test has.
  early.catch(() => {})
  await firstAnswer(address, early)
  return {
    address,
    async pass(seconds: number) {
      server.send(seconds * 1000)
      await once(server, 'message')
    },
  }
}

describe('the program of the guide to lifetimes', () => {
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('asks for the password after the idle timeout, and goes on', async (t) => {
    const { address, pass } = await start(t, 'locked.mjs')
    let cookie = ''
    const ask = async (path: string, form?: Record<string, string>) => {
      const method = form === undefined ? 'GET' : 'POST'
      const body = form && new URLSearchParams(form)
      const headers = { cookie }
      const response = await fetch(address + path, { method, body, headers, redirect: 'manual' })
      const [set] = response.headers.getSetCookie()
      if (set !== undefined) cookie = set.split(';', 1)[0]!
      return [response.status, response.headers.get('location') ?? (await response.text())]
    }
    assert.deepEqual(await ask('/login', { name: 'ada', password: 'right' }), [303, '/'])
    assert.deepEqual(await ask('/'), [200, '0 drafts'])
    const before = cookie
    await pass(900)
    assert.deepEqual(await ask('/'), [303, '/unlock'])
    assert.deepEqual(await ask('/unlock'), [200, 'Enter your password, ada'])
    assert.deepEqual(await ask('/unlock', { password: 'wrong' }), [401, 'Wrong'])
    assert.deepEqual(await ask('/unlock', { password: 'right' }), [303, '/'])
    assert.notEqual(cookie, before)
    assert.deepEqual(await ask('/'), [200, '0 drafts'])
    await pass(900)
    assert.deepEqual(await ask('/logout', {}), [200, 'Bye'])
    assert.deepEqual(await ask('/'), [200, 'Log in'])
  })
})
