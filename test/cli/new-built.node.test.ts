/* What `coatcheck new` writes for frameworks that build runs as its authors start it first: in development. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { before, describe } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import type { RunningExample } from '../frameworks/parts/built-app.ts'
import { describeExample } from '../frameworks/parts/describe-example.ts'
import { type Manifest, unpack } from './packed.ts'
import { node24, root } from './run.ts'
import { patience } from '../patience.ts'

describe('coatcheck new writes an app that is built', () => {
  let packed: ReturnType<typeof unpack>
  before(() => {
    packed = unpack()
  })

  for (const [framework, name] of [
    ['next', 'Next'],
    ['nuxt', 'Nuxt'],
    ['sveltekit', 'SvelteKit'],
    ['astro', 'Astro'],
    ['tanstack-start', 'TanStack Start'],
    ['react-router', 'React Router'],
  ] as const) {
    describeExample(`${name}, as it is written`, () => start(framework))
  }

  async function start(framework: string): Promise<RunningExample> {
    const { folder, make } = packed
    const made = make(framework)
    assert.equal(made.status, 0, made.stderr)
    assert.match(made.stdout, new RegExp(`cd ${framework}-app\\n  npm install\\n  npm run dev\\n`))
    const app = join(folder, `${framework}-app`)
    install(framework, app)
    const { scripts } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as Manifest
    return startScript(scripts['dev']!, app)
  }

  /** What npm would install: from the folder of the example, as links to its files, because bundlers take no link to a folder outside. */
  function install(framework: string, app: string): void {
    const modules = join(app, 'node_modules')
    execFileSync('cp', ['-al', join(root, 'examples', framework, 'node_modules'), modules])
    for (const one of ['coatcheck', '.cache', '.vite', '.astro']) {
      rmSync(join(modules, one), { recursive: true, force: true })
    }
    cpSync(join(packed.folder, 'package'), join(modules, 'coatcheck'), { recursive: true })
  }
})

/** Runs a script as npm does, on a free port. */
async function startScript(script: string, cwd: string): Promise<RunningExample> {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const path = [dirname(node24), join(cwd, 'node_modules/.bin'), process.env['PATH']]
  const { NODE_ENV: _, SESSION_SECRET: __, ...own } = process.env
  const telemetry = { ASTRO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1' }
  const env = { ...own, ...telemetry, NUXT_TELEMETRY_DISABLED: '1', PATH: path.join(delimiter) }
  const server = spawn('sh', ['-c', `exec ${script} --port ${port}`], {
    cwd,
    env,
    // A group of its own: these servers start others.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = once(server, 'exit')
  let log = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => (log += data))

  function kill(): void {
    try {
      process.kill(-server.pid!, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  process.once('exit', kill)

  async function close(): Promise<void> {
    process.off('exit', kill)
    kill()
    await gone
  }

  for (const until = Date.now() + patience; !(await isServed(origin)); await wait(100)) {
    if (server.exitCode === null && Date.now() < until) continue
    await close()
    throw new Error(`The app did not start: ${log}`)
  }
  return { origin, isInDevelopment: true, close }
}

/** Some answer before they can serve a page. */
async function isServed(origin: string): Promise<boolean> {
  try {
    const { ok, body } = await fetch(origin, { signal: AbortSignal.timeout(patience) })
    await body?.cancel()
    return ok
  } catch {
    return false
  }
}
