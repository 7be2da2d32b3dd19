/* `coatcheck new`, out of the package as npm packs it. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { freePort } from '../free-port.ts'
import { firstAnswer, startProgram } from '../docs/run-program.ts'
import { type Manifest, unpack } from './packed.ts'
import { root } from './run.ts'

const servers = ['express', 'fastify', 'hono', 'koa', 'h3', 'elysia', 'node']

const built = ['next', 'nuxt', 'sveltekit', 'astro', 'tanstack-start', 'react-router']

const { folder, make } = unpack()

/** What was printed when the app for a framework was made. */
const printed = new Map<string, ReturnType<typeof make>>()
for (const framework of [...servers, ...built]) printed.set(framework, make(framework))

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
      await firstAnswer(origin, ended)

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

  it('tells npm and the reader which Node an app needs, with all that it installs', () => {
    // What their packages ask for, and the flags by which scripts read .env (https://nodejs.org/api/cli.html).
    const ofServers = servers.map((one) => [one, one === 'h3' ? '20.19' : '20.16'])
    const ofBuilt = {
      next: '22.9',
      nuxt: '22.22',
      sveltekit: '22.17',
      astro: '22.19',
      'tanstack-start': '22.13',
      'react-router': '22.22',
    }
    assert.deepEqual(Object.keys(ofBuilt), built)
    const all = { ...Object.fromEntries(ofServers), ...ofBuilt } as Record<string, string>
    for (const [framework, wanted] of Object.entries(all)) {
      const app = `${framework}-app`
      assert.deepEqual(manifestOf(app).engines, { node: `>=${wanted}` }, app)
      assert.match(read(`${app}/README.md`), new RegExp(`It needs Node ${wanted} or later`))
    }
  })

  for (const framework of built) {
    it(`writes an app whose start is tested elsewhere, with the versions of its example: ${framework}`, () => {
      const app = `${framework}-app`
      const example = join(root, 'examples', framework)
      assert.equal(printed.get(framework)!.status, 0)
      const { coatcheck, ...others } = manifestOf(app).dependencies
      const manifest = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8')) as Manifest
      const { coatcheck: _, ...wanted } = manifest.dependencies
      assert.deepEqual(
        [others, manifestOf(app).devDependencies],
        [wanted, manifest.devDependencies],
      )
      assert.match(coatcheck!, /^\d+\.\d+\.\d+$/)
      const theirs = readFileSync(join(example, '.gitignore'), 'utf8').split('\n')
      const ours = read(`${app}/.gitignore`).split('\n')
      assert.deepEqual(ours, ['.env', ...theirs.filter((line) => line !== '.cases/')])
      // What git ignores, or is the example's own, is not written.
      const files = readdirSync(join(folder, app), { recursive: true }).map(String)
      const stray =
        /lock|\.npmrc|\.cases|\.gen\.|next-env|node_modules|^(dist|build|\.(next|nuxt|output|astro|svelte-kit|react-router))\b/
      assert.deepEqual(
        files.filter((file) => stray.test(file)),
        [],
      )
      assert.ok(files.length < 30)
      const [, storage, login] = /line in `(.*?)`[^]*in `(.*?)`\.\n/.exec(read(`${app}/README.md`))!
      assert.match(read(`${app}/${storage}`), /createMemorySessionStorage/)
      assert.match(read(`${app}/${login}`), /session\.login\(/)
      for (const file of files.filter((one) => /\.(ts|tsx|json)$/.test(one))) {
        assert.doesNotMatch(read(`${app}/${file}`), /\.cases/)
      }
    })
  }

  it('makes a secret for each app, which its owner alone reads and git ignores', () => {
    const secrets = [...servers, ...built].map((framework) => read(`${framework}-app/.env`))
    for (const secret of secrets) assert.match(secret, /^SESSION_SECRET=[\w-]{43}\n$/)
    assert.equal(new Set(secrets).size, secrets.length)
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
    assert.deepEqual(names, [...servers, ...built])
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
