import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

const SESSION_SECRET = 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'

/** Starts a program that counts visits, and visits it twice with the cookie that it sets. */
export async function visitTwice(
  t: TestContext,
  port: number,
  [program, ...args]: string[],
  cwd: string,
): Promise<void> {
  const ended = startProgram(t, [program!, ...args], cwd)
  const first = await Promise.race([firstAnswer(`http://127.0.0.1:${port}/`), ended])
  assert.equal(await first.text(), 'Visit 1')
  const [Cookie] = first.headers.get('Set-Cookie')!.split(';', 1)
  const second = await fetch(`http://127.0.0.1:${port}/`, { headers: { Cookie: Cookie! } })
  assert.equal(await second.text(), 'Visit 2')
}

/** Starts a program for one test. What is returned rejects when the program ends by itself. */
export function startProgram(
  t: TestContext,
  [program, ...args]: string[],
  cwd: string,
  ownEnv: Record<string, string | undefined> = {},
): Promise<never> {
  const env = { ...process.env, SESSION_SECRET, NODE_ENV: undefined, ...ownEnv }
  const server = spawn(program!, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(server, 'exit')
  let errors = ''
  server.stderr.on('data', (chunk) => (errors += chunk))
  t.after(async () => {
    server.kill('SIGTERM')
    await ended
  })
  const failed = ended.then(() => assert.fail(`The program ended: ${errors}`))
  // It also ends when the test has.
  failed.catch(() => {})
  return failed
}

/** Asks until the server listens: the programs do not say when. */
export async function firstAnswer(address: string): Promise<Response> {
  for (const until = Date.now() + 60_000; ;) {
    try {
      return await fetch(address)
    } catch (error) {
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
