import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { patience } from '../patience.ts'

const SESSION_SECRET = 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'

/**
 * Starts a program that logs in and out, and does what a visitor does in a browser: logs in, sees the message on the next
 * page and on no other, logs out, and cannot go on with the cookie of before.
 */
export async function logInAndOut(
  t: TestContext,
  port: number,
  [program, ...args]: string[],
  cwd: string,
  { copiesLive = false } = {},
): Promise<void> {
  const address = `http://127.0.0.1:${port}`
  const ended = startProgram(t, [program!, ...args], cwd)
  const first = await firstAnswer(`${address}/`, ended)
  assert.match(first.headers.get('Content-Type')!, /^text\/html/)
  assert.match(await first.text(), /<p>Hello<\/p>[^]*action="\/login"/)
  assert.equal(first.headers.get('Set-Cookie'), null)

  let Cookie = ''
  const ask = async (path: string, method: string) => {
    // As a browser sends a form with nothing but a button.
    const body = method === 'POST' ? new URLSearchParams() : null
    const response = await fetch(address + path, {
      method,
      body,
      headers: { Cookie },
      redirect: 'manual',
    })
    const [set] = response.headers.getSetCookie()
    if (set !== undefined) Cookie = set.split(';', 1)[0]!
    return response
  }
  const look = async () => (await ask('/', 'GET')).text()
  const press = async (button: string) => {
    const response = await ask(`/${button}`, 'POST')
    assert.equal(response.status, 303)
    assert.equal(response.headers.get('Location'), '/')
  }

  await press('login')
  const loggedIn = Cookie
  assert.match(await look(), /<p>Welcome, Ada<\/p>[^]*action="\/logout"/)
  assert.match(await look(), /<p>Hello<\/p>[^]*action="\/logout"/)
  await press('logout')
  assert.match(await look(), /<p>Hello<\/p>[^]*action="\/login"/)
  if (copiesLive) return
  Cookie = loggedIn
  assert.match(await look(), /action="\/login"/)
}

/**
 * Starts a program for one test, and has what it prints stand in the output of the tests. What is returned rejects when
 * the program ends by itself.
 */
export function startProgram(
  t: TestContext,
  [program, ...args]: string[],
  cwd: string,
  ownEnv: Record<string, string | undefined> = {},
): Promise<never> {
  const env = { ...process.env, SESSION_SECRET, NODE_ENV: undefined, ...ownEnv }
  const server = spawn(program!, args, { cwd, env, stdio: ['ignore', 2, 2] })
  const ended = once(server, 'exit')
  t.after(async () => {
    server.kill('SIGTERM')
    await ended
  })
  const failed = ended.then(() => assert.fail('The program ended: see what it printed'))
  // It also ends when the test has.
  failed.catch(() => {})
  return failed
}

/** Asks until the server listens, or its program has ended: the programs do not say when. */
export async function firstAnswer(address: string, ended: Promise<never>): Promise<Response> {
  let isOver = false
  ended.catch(() => (isOver = true))
  for (const until = Date.now() + patience; ;) {
    try {
      return await fetch(address)
    } catch (error) {
      if (isOver) return ended
      if (Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
