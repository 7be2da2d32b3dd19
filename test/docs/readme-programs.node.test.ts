/*
 * The program in README.md, and those for the Fetch API in docs/frameworks.md, pasted into a folder that `npm init`
 * has made, with the packed package installed, on each runtime that the README names.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { packed } from '../package/packed.ts'
import { programsIn } from './blocks.ts'
import { freePort } from '../free-port.ts'
import { logInAndOut } from './run-program.ts'

const programs = new Map([...programsIn('docs/frameworks.md'), ...programsIn('README.md')])
const runtimes = realpathSync('test/runtimes')
const binaries = join(runtimes, 'node_modules')
const beside = ['@remix-run/node-fetch-server', 'express']

describe('a program of the README', () => {
  let folder: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'readme-'))
    // What `npm init` makes, and what it says of the module format.
    writeFileSync(join(folder, 'package.json'), '{ "name": "readme", "type": "commonjs" }')
    const options = ['--offline', '--no-audit', '--no-fund', '--loglevel=error']
    const others = beside.map((name) => realpathSync(`node_modules/${name}`))
    execFileSync('npm', ['install', ...options, packed().tarball, ...others], { cwd: folder })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  function paste(name: string, port: number, into = folder): void {
    const text = programs.get(name)
    assert.ok(text, `There is no ${name}`)
    writeFileSync(join(into, name), text.replace('listen(3000)', `listen(${port}, '127.0.0.1')`))
  }

  it('in the README itself runs on Node', async (t) => {
    const port = await freePort()
    paste('express.mjs', port)
    await logInAndOut(t, port, [process.execPath, 'express.mjs'], folder)
  })

  const node24 = join(binaries, 'node24', 'bin', 'node')
  for (const [name, program] of [
    ['Node 20', process.execPath],
    ['Node 24', node24],
  ] as const) {
    it(`runs on ${name}`, async (t) => {
      const port = await freePort()
      paste('app.mjs', port)
      paste('server.mjs', port)
      await logInAndOut(t, port, [program, 'server.mjs'], folder)
    })
  }

  it('runs on Deno, with no more rights than the guide says', async (t) => {
    const port = await freePort()
    paste('app.mjs', port)
    const deno = join(binaries, '@deno', 'linux-x64-glibc', 'deno')
    const options = ['--no-prompt', '--host', '127.0.0.1', '--port', String(port)]
    await logInAndOut(t, port, [deno, 'serve', '-E', ...options, 'app.mjs'], folder)
  })

  it('runs on Bun', async (t) => {
    const port = await freePort()
    paste('app.mjs', port)
    const bun = join(binaries, '@oven', 'bun-linux-x64', 'bin', 'bun')
    await logInAndOut(t, port, [bun, `--port=${port}`, 'app.mjs'], folder)
  })

  it('runs on Workers without Node compatibility', async (t) => {
    const port = await freePort()
    const inside = join(folder, 'node_modules', 'coatcheck')
    paste('worker.mjs', port, inside)
    const serve = join(runtimes, 'one-worker.mjs')
    await logInAndOut(t, port, [process.execPath, serve, String(port), 'worker.mjs'], inside, {
      copiesLive: true,
    })
  })
})
