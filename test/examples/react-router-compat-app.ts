import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../free-port.ts'
import { Visitor } from '../frameworks/visitor.ts'
import { patience } from '../patience.ts'

const folder = join('examples', 'react-router-compat')

/** Type-checks and bundles the example app, if it or the package has changed since the last time. */
export async function buildApp(): Promise<void> {
  await promisify(execFile)('script/build', ['react-router-compat'], { timeout: 300_000 }).catch(
    ({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`The example app of React Router cannot be built:\n${stdout}${stderr}`)
    },
  )
}

/** The built app under `react-router-serve`, in production, with sessions of its own. */
export class App {
  readonly origin: string
  readonly #scratch: string
  readonly #env: Record<string, string>
  #process: ChildProcess | undefined

  constructor(scratch: string, port: number, env: Record<string, string>) {
    this.origin = `http://localhost:${port}`
    this.#scratch = scratch
    this.#env = {
      NODE_ENV: 'production',
      HOST: 'localhost',
      PORT: String(port),
      SESSIONS_DIRECTORY: join(scratch, 'sessions'),
      ...env,
    }
  }

  async start(): Promise<void> {
    const log = openSync(join(this.#scratch, 'log'), 'a')
    const { SESSION_SECRET: _, ...inherited } = process.env
    const child = spawn(
      process.execPath,
      ['node_modules/@react-router/serve/dist/cli.js', 'build/server/index.js'],
      { cwd: folder, env: { ...inherited, ...this.#env }, stdio: ['ignore', log, log] },
    )
    closeSync(log)
    this.#process = child

    const deadline = Date.now() + patience
    while (!(await this.log()).includes('[react-router-serve]')) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`The app did not start: ${await this.log()}`)
      }
      await wait(25)
    }
  }

  /** What it has printed so far. */
  log(): Promise<string> {
    return readFile(join(this.#scratch, 'log'), 'utf8')
  }

  /** Somebody with a browser, who sees the app behind a proxy that speaks https. */
  visitor(): Visitor {
    return new Visitor(
      (request) => {
        const { pathname, search } = new URL(request.url)
        const { method, headers, body } = request
        const signal = AbortSignal.timeout(patience)
        const options = {
          method,
          headers,
          body,
          signal,
          duplex: 'half',
          redirect: 'manual' as const,
        }
        return fetch(this.origin + pathname + search, options)
      },
      { origin: 'https://app.example' },
    )
  }

  async close(): Promise<void> {
    const child = this.#process
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    await rm(this.#scratch, { recursive: true, force: true })
  }
}

export async function startApp(env: Record<string, string> = { SESSION_SECRET: secret }) {
  const app = new App(await mkdtemp(join(tmpdir(), 'react-router-compat-')), await freePort(), env)
  try {
    await app.start()
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}

const secret = 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'

/** A form on its way: the server has its headers, and waits for the end until it is released. */
export function slowForm(fields: Record<string, string>) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  void writer.write(new TextEncoder().encode(new URLSearchParams(fields).toString()))
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const init = { method: 'POST', headers, body: readable, duplex: 'half' }
  return { init, release: () => writer.close() }
}
