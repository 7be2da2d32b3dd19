import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../free-port.ts'

const program = join('.build', 'examples', 'shop', 'server.js')

export interface ShopOptions {
  /** More options for the command line. */
  args?: string[]
  env?: Record<string, string>
  /** Another server's sessions, to share them. */
  sessions?: string
}

/** The example shop as a process of its own, with a sessions directory that outlives it. */
export class ShopServer {
  /** Where the sessions are kept. */
  readonly sessions: string
  readonly #scratch: string
  readonly #port: number
  readonly #options: ShopOptions
  #process: ChildProcess | undefined
  /** What it has written to the console's error stream. */
  errors = ''

  constructor(scratch: string, port: number, options: ShopOptions = {}) {
    this.#scratch = scratch
    this.#port = port
    this.#options = options
    this.sessions = options.sessions ?? join(scratch, 'sessions')
  }

  get origin(): string {
    return `http://localhost:${this.#port}`
  }

  /** Starts it, each time on the same port and with the same sessions. */
  async start(): Promise<void> {
    const { args = [], env = {} } = this.#options
    const { NODE_ENV: _mode, SESSION_SECRET: _secret, ...ownEnv } = process.env
    const child = spawn(
      process.execPath,
      [program, '--port', String(this.#port), '--sessions', this.sessions, ...args],
      { env: { ...ownEnv, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#process = child

    this.errors = ''
    child.stderr.on('data', (chunk) => (this.errors += String(chunk)))
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('Shop on ')) continue
      child.stdout.resume()
      return
    }
    throw new Error(`The shop did not start: ${this.errors}`)
  }

  /** Resolves with the exit code, or with the signal if that ended it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    const child = this.#process!
    const gone = once(child, 'exit')
    child.kill(signal)
    const [code, endedBy] = await gone
    this.#process = undefined
    return code ?? endedBy
  }

  async close(): Promise<void> {
    if (this.#process?.exitCode === null) await this.stop('SIGKILL')
    await rm(this.#scratch, { recursive: true, force: true })
  }
}

export async function startShop(options: ShopOptions = {}): Promise<ShopServer> {
  const shop = new ShopServer(await mkdtemp(join(tmpdir(), 'shop-')), await freePort(), options)
  try {
    await shop.start()
  } catch (error) {
    await shop.close()
    throw error
  }
  return shop
}
