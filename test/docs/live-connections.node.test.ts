/* The programs in docs/live-connections.md, run as they are: who logs out hears nothing more. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { WebSocket } from 'ws'
import { programsIn } from './blocks.ts'
import { freePort } from '../free-port.ts'
import { firstAnswer, startProgram } from './run-program.ts'

const folder = mkdtempSync('.build/live-')
const programs = programsIn('docs/live-connections.md')

const binaries = join(process.cwd(), 'test/runtimes/node_modules')
const node = [process.execPath]
const bun = [join(binaries, '@oven/bun-linux-x64/bin/bun')]
const deno = [join(binaries, '@deno/linux-x64-glibc/deno'), 'run', '-EN', '--no-prompt']

/** Starts a program. Resolves with its address once it listens. */
async function start(t: TestContext, name: string, runtime = node): Promise<string> {
  const port = await freePort()
  const text = programs.get(name)!
  assert.match(text, /\b3000\b/)
  writeFileSync(join(folder, name), text.replace(/\b3000\b/, String(port)))
  const ended = startProgram(t, [...runtime, name], folder)
  const address = `http://127.0.0.1:${port}`
  await firstAnswer(address, ended)
  return address
}

async function logIn(address: string): Promise<string> {
  const response = await fetch(`${address}/login`, { method: 'POST' })
  return response.headers.getSetCookie()[0]!.split(';', 1)[0]!
}

describe('a program of the guide to live connections', () => {
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [name, runtime] of [
    ['websocket.mjs', node],
    ['bun-websocket.mjs', bun],
    ['deno-websocket.mjs', deno],
  ] as const) {
    it(`closes the WebSocket of who logs out: ${name}`, async (t) => {
      const address = await start(t, name, runtime)
      const connect = (headers: Record<string, string>) =>
        new WebSocket(address.replace('http', 'ws'), { headers })
      await assert.rejects(once(connect({}), 'open'), /401/)
      const Cookie = await logIn(address)
      await assert.rejects(once(connect({ Cookie, Origin: 'https://evil.example' }), 'open'), /401/)
      const socket = connect({ Cookie })
      await once(socket, 'open')
      socket.send('hello?')
      assert.equal(String((await once(socket, 'message'))[0]), 'Hello ada')
      const closed = once(socket, 'close')
      await fetch(`${address}/logout`, { method: 'POST', headers: { Cookie } })
      const [code, reason] = await closed
      assert.equal(`${code} ${reason}`, '4401 destroyed')
    })
  }

  for (const name of ['events.mjs', 'fetch-events.mjs']) {
    it(`ends the events of who logs out: ${name}`, async (t) => {
      const address = await start(t, name)
      assert.equal((await fetch(`${address}/live`)).status, 401)
      const Cookie = await logIn(address)
      const response = await fetch(`${address}/live`, { headers: { Cookie } })
      const body = response.body!.pipeThrough(new TextDecoderStream())
      const chunks = body[Symbol.asyncIterator]()
      assert.equal((await chunks.next()).value, 'data: Hello ada\n\n')
      await fetch(`${address}/logout`, { method: 'POST', headers: { Cookie } })
      assert.equal((await chunks.next()).done, true)
      assert.equal((await fetch(`${address}/live`, { headers: { Cookie } })).status, 401)
    })
  }

  it('is one of those that are run here', () => {
    assert.deepEqual(
      [...programs.keys()],
      [
        'websocket.mjs',
        'bun-websocket.mjs',
        'deno-websocket.mjs',
        'events.mjs',
        'fetch-events.mjs',
      ],
    )
  })
})
