/* `coatcheck new`, out of the package as npm packs it. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { firstAnswer, freePort, startProgram } from '../docs/run-program.ts'
import { root } from './run.ts'

interface Manifest {
  name: string
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

const servers = ['express', 'fastify', 'hono', 'koa', 'node']

// Within the repository: there the apps find their frameworks.
const folder = join(root, mkdtempSync('.build/new-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** What was printed when the app for a framework was made. */
const printed = new Map<string, ReturnType<typeof make>>()

before(() => {
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim()
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', folder])
  for (const framework of servers) printed.set(framework, make(framework))
})

function make(...words: string[]) {
  const program = join(folder, 'package/dist/cli/coatcheck.js')
  return spawnSync(process.execPath, [program, 'new', ...words], { cwd: folder, encoding: 'utf8' })
}

const read = (path: string) => readFileSync(join(folder, path), 'utf8')
const manifestOf = (app: string) => JSON.parse(read(`${app}/package.json`)) as Manifest

/** Visits an app that listens, as a browser with a cookie. */
function visitor(origin: string) {
  let Cookie = ''
  return async (path: string, form?: Record<string, string>, site = 'same-origin') => {
    const response = await fetch(origin + path, {
      method: form ? 'POST' : 'GET',
      headers: { Cookie, 'Sec-Fetch-Site': site, 'User-Agent': 'Lynx "2" <&>' },
      body: form ? new URLSearchParams(form) : null,
      redirect: 'manual',
    })
    for (const line of response.headers.getSetCookie()) Cookie = line.split(';', 1)[0]!
    return { status: response.status, text: await response.text(), cookie: Cookie }
  }
}

describe('coatcheck new', () => {
  for (const framework of servers) {
    it(`writes an app that runs: ${framework}`, async (t) => {
      const app = `${framework}-app`
      const made = printed.get(framework)!
      assert.equal(made.status, 0, made.stderr)
      assert.match(made.stdout, new RegExp(`cd ${app}\\n  npm install\\n  npm start\\n`))
      mkdirSync(join(folder, app, 'node_modules'))
      symlinkSync(join(folder, 'package'), join(folder, app, 'node_modules/coatcheck'))

      const port = await freePort()
      const [program, ...args] = manifestOf(app).scripts['start']!.split(' ')
      assert.equal(program, 'node')
      const env = { PORT: String(port), SESSION_SECRET: undefined }
      const ended = startProgram(t, [process.execPath, ...args], join(folder, app), env)
      const origin = `http://127.0.0.1:${port}`
      await Promise.race([firstAnswer(origin), ended])

      const visit = visitor(origin)
      assert.equal((await visit('/account')).status, 303)
      assert.equal((await visit('/do/add', { item: '<b>hat' })).status, 303)
      const stranger = await visit('/')
      assert.match(
        stranger.text,
        /Good evening<[^]*The &#60;b&#62;hat is in your cart[^]*1 in the cart/,
      )
      assert.equal((await visit('/do/login', { name: 'ada' })).status, 303)
      const welcome = await visit('/')
      assert.match(welcome.text, /Good evening, ada<[^]*Welcome, ada\.[^]*1 in the cart/)
      assert.notEqual(welcome.cookie, stranger.cookie)
      const devices = await visit('/account')
      assert.match(devices.text, /Lynx &#34;2&#34; &#60;&#38;&#62; \(this one\)/)

      const other = visitor(origin)
      await other('/do/login', { name: 'ada' })
      const handle = /name="handle" value="([\w-]+)"/.exec((await visit('/account')).text)![1]!
      await visit('/do/end', { handle })
      assert.doesNotMatch((await other('/')).text, /ada/)

      assert.equal((await visit('/do/logout', {}, 'cross-site')).status, 403)
      assert.match((await visit('/')).text, /Good evening, ada</)
      await visit('/do/logout', {})
      assert.match((await visit('/')).text, /Good evening<[^]*0 in the cart/)
    })
  }

  it('names each version exactly: those that the tests run on', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const { version, devDependencies } = manifest as Manifest & { version: string }
    for (const framework of servers) {
      const { name, dependencies } = manifestOf(`${framework}-app`)
      assert.equal(name, `${framework}-app`)
      const { coatcheck, ...others } = dependencies
      assert.equal(coatcheck, version)
      assert.equal(others[framework], devDependencies[framework])
      for (const [dependency, wanted] of Object.entries(others)) {
        assert.match(wanted, /^\d+\.\d+\.\d+$/)
        assert.equal(wanted, devDependencies[dependency])
      }
    }
  })

  it('makes a secret for each app, which its owner alone reads and git ignores', () => {
    const secrets = servers.map((framework) => read(`${framework}-app/.env`))
    for (const secret of secrets) assert.match(secret, /^SESSION_SECRET=[\w-]{43}\n$/)
    assert.equal(new Set(secrets).size, servers.length)
    assert.equal(statSync(join(folder, 'express-app/.env')).mode & 0o777, 0o600)
    const ignored = read('express-app/.gitignore').split('\n')
    for (const line of ['.env', '.sessions/', 'node_modules/']) assert.ok(ignored.includes(line))
  })

  it('lists the frameworks', () => {
    const { status, stdout } = make('--list')
    assert.equal(status, 0)
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ', 1)[0]!)
    assert.deepEqual(names, servers)
  })

  it('writes nothing over what is there, and says what is wrong', () => {
    mkdirSync(join(folder, 'full'))
    writeFileSync(join(folder, 'full/mine.txt'), 'mine')
    for (const [words, status, problem] of [
      [
        ['express', 'full'],
        1,
        /^coatcheck: The folder "full" is not empty\. Name another one\.\n$/,
      ],
      [
        ['express', 'full/mine.txt'],
        1,
        /^coatcheck: "full\/mine\.txt" is a file\. Name a folder\.\n$/,
      ],
      [
        ['expres'],
        2,
        /^coatcheck: There is no starter for "expres"\. There are: express, fastify,/,
      ],
      [['constructor'], 2, /There is no starter for "constructor"/],
      [[], 2, /^coatcheck: It needs the name of a framework: express, fastify,/],
      [['express', 'a', 'b'], 2, /It takes \[framework\] \[folder\]/],
    ] as const) {
      const made = make(...words)
      assert.equal(made.status, status, made.stderr)
      assert.equal(made.stdout, '')
      assert.match(made.stderr, problem)
    }
    assert.deepEqual(readdirSync(join(folder, 'full')), ['mine.txt'])
  })
})
