import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { AdapterApp, AdapterFixture, Reply } from 'coatcheck/testing'
import { freePort } from '../../free-port.ts'
import { listening } from './server.ts'
import { patience } from '../../patience.ts'

/** Builds the example app of a framework, and the app that runs the cases of adapters, if something has changed. */
export async function build(framework: string): Promise<void> {
  await promisify(execFile)('script/build', [framework], { timeout: 700_000 }).catch(
    ({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`The apps of ${framework} cannot be built:\n${stdout}${stderr}`)
    },
  )
}

/** A file of the built app that runs the cases. */
export function ofCasesApp(framework: string, file: string): string {
  return join(process.cwd(), 'examples', framework, '.cases', file)
}

/** What a built app finds in its process: what it serves in the case that runs now. */
export interface RunningCase {
  app?: AdapterApp
  respond(reply: Reply): Response
}

const running: RunningCase = { respond }
;(globalThis as { adapterCase?: RunningCase }).adapterCase = running

/** A fixture for an app that was built once, and looks up what each case gives it to serve. */
export function builtFixture(load: () => Promise<RequestListener>): AdapterFixture {
  return {
    async start(app) {
      const listener = await load()
      running.app = app
      return listening(createServer(listener))
    },
  }
}

function respond(reply: Reply): Response {
  // This has headers that cannot be changed.
  const to = (path: string) => Response.redirect(new URL(path, 'http://localhost'), 303)
  if ('redirect' in reply) return to(reply.redirect)
  if ('json' in reply) return Response.json(reply.json)
  if ('empty' in reply) return new Response(null, { status: reply.empty })
  if ('stream' in reply) return new Response(streamOf(reply.stream))
  const { text, status = 200, headers = [] } = reply
  return new Response(text, { status, headers: headers.map(([name, value]) => [name, value]) })
}

function streamOf(pieces: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(new TextEncoder().encode(value))
    },
  })
}

export interface RunningExample {
  /** As browsers know it. The server itself speaks plain http there. */
  origin: string
  /** Default `false`: in production. */
  isInDevelopment?: boolean
  close(): Promise<void>
}

/** Starts the built example of a framework, in production, on a free port. */
export async function startExample(
  framework: string,
  args: readonly string[],
  /** Where the framework takes it for granted that a proxy speaks https. */
  scheme = 'http',
): Promise<RunningExample> {
  const port = await freePort()
  const address = `http://localhost:${port}`
  const child = spawn(process.execPath, args, {
    cwd: join('examples', framework),
    env: {
      ...process.env,
      NODE_ENV: 'production',
      HOST: 'localhost',
      PORT: String(port),
      // Without it SvelteKit takes every request for one over https.
      ...(scheme === 'http' && { PROTOCOL_HEADER: 'x-forwarded-proto' }),
      SESSION_SECRET: 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (log += data))

  async function close(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  const deadline = Date.now() + patience
  while (!(await answers(address))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await close()
      throw new Error(`The example of ${framework} did not start: ${log}`)
    }
    await wait(50)
  }
  return { origin: `${scheme}://localhost:${port}`, close }
}

async function answers(address: string): Promise<boolean> {
  try {
    await (await fetch(address)).arrayBuffer()
    return true
  } catch {
    return false
  }
}
