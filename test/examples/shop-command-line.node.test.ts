import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { startShop } from '../browser/shop-server.ts'
import { freePort } from '../free-port.ts'
import { patience } from '../patience.ts'

const program = join('.build', 'examples', 'shop', 'server.js')

describe('the command line of the shop', () => {
  it('shows its options', async () => {
    const { code, out, err } = await run('--help')
    assert.equal(code, 0)
    assert.match(out, /^Usage: npm start -- \[options\]\n[^]*--port/)
    assert.equal(err, '')
  })

  for (const [wrong, words] of [
    [['--bogus'], /^Unknown option '--bogus'/],
    [['elsewhere'], /^Unexpected argument 'elsewhere'/],
    [['--port', 'http'], /^"http" is no port/],
  ] as const) {
    it(`says in words what is wrong with ${wrong.join(' ')}`, async () => {
      const { code, out, err } = await run(...wrong)
      assert.equal(code, 2)
      assert.equal(out, '')
      assert.match(err, words)
      assert.match(err, /Usage: npm start/)
      assert.doesNotMatch(err, /\n\s+at /)
    })
  }

  it('makes the folder of an SQLite file that is not there yet', async (t) => {
    const folder = await temporaryFolder(t)
    const shop = await startShop({ args: ['--storage', `sqlite:${folder}/new/sessions.db`] })
    t.after(() => shop.close())
    assert.equal((await fetch(shop.origin)).status, 200)
  })

  it('tells once that its server is down, however many visitors come', async (t) => {
    const shop = await startShop({ args: ['--storage', 'redis://127.0.0.1:1'] })
    t.after(() => shop.close())
    for (let visit = 0; visit < 3; visit++) assert.equal((await fetch(shop.origin)).status, 503)
    await shop.stop()
    assert.match(shop.errors, /^The session store failed to write: .*\n$/)
  })
})

describe('npm start', () => {
  it('ends the server when npm is told to end', async (t) => {
    const folder = await temporaryFolder(t)
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'))
    await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts }))
    // All is built already, and building again would disturb the other tests.
    const script = (await readFile('script/start', 'utf8'))
      .replace(/^cd .*$/m, `cd '${process.cwd()}'`)
      .replace(/^script\/(bootstrap|build).*\n/gm, '')
    await mkdir(join(folder, 'script'))
    await writeFile(join(folder, 'script/start'), script)
    await chmod(join(folder, 'script/start'), 0o755)

    // Nobody else may answer there when the shop has ended.
    const port = String(await freePort())
    const options = ['--port', port, '--sessions', join(folder, 'sessions')]
    const npm = spawn('npm', ['start', '--', ...options], { cwd: folder })
    t.after(() => npm.kill('SIGKILL'))
    const origin = await originIn(npm.stdout)
    assert.equal((await fetch(origin)).status, 200)

    const ended = once(npm, 'exit')
    npm.kill('SIGTERM')
    await ended
    await assert.rejects(fetch(origin))
  })
})

async function originIn(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const found = /^Shop on (\S+)$/.exec(line)?.[1]
    if (found) return found
  }
  throw new Error('The shop did not start')
}

interface Outcome {
  code: number
  out: string
  err: string
}

function run(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) =>
    execFile(process.execPath, [program, ...args], { timeout: patience }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    ),
  )
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
