import assert from 'node:assert/strict'
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import type { Order } from './runner.ts'
import { patience } from '../patience.ts'

export const root = fileURLToPath(new URL('../../../', import.meta.url))
export const secret = 'pR0qXv7hT2mZ9cWk4yLs8dJf6bNg3aEu-1oViYtHxQw'
/** The SQLite storage takes a path on Node 22 and later only. */
export const node24 = fileURLToPath(
  new URL('test/runtimes/node_modules/node24/bin/node', new URL('../../../', import.meta.url)),
)

export interface Ran {
  status: number | null
  stdout: string
  stderr: string
}

interface How {
  env?: Record<string, string | undefined>
  program?: string
}

/** An environment that says nothing of sessions. */
const none = { SESSION_SECRET: '', SESSION_STORAGE: '', COLUMNS: '', NODE_ENV: '' }

const runners = new Map<string, ChildProcess>()

/** Runs the command line as it is shipped, one command at a time, in a process that goes on to the next. */
export async function coatcheck(
  args: string[],
  { env, program = process.execPath }: How = {},
): Promise<Ran> {
  const runner = runners.get(program) ?? startRunner(program)
  runners.set(program, runner)
  const answered = new AbortController()
  const ended = once(runner, 'exit', answered).then(() => assert.fail('it ended'))
  runner.ref()
  runner.channel!.ref()
  runner.send({ args, env: { ...none, ...env } } satisfies Order)
  try {
    const [ran] = await Promise.race([once(runner, 'message', answered), ended])
    return ran as Ran
  } finally {
    answered.abort()
    runner.unref()
    runner.channel!.unref()
  }
}

/** It ends with this process. */
function startRunner(program: string): ChildProcess {
  const file = fileURLToPath(new URL('runner.js', import.meta.url))
  return fork(file, [], { cwd: root, execPath: program, execArgv: ['--no-warnings'] })
}

/** Runs it in a process of its own: what it reads from stdin, and that it ends, is to be seen there only. */
export function coatcheckProcess(
  args: string[],
  { env, input, program = process.execPath }: How & { input?: string } = {},
): Ran {
  return spawnSync(program, ['dist/cli/coatcheck.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: patience,
    env: { ...process.env, ...none, ...env },
    input,
  })
}

/** A visitor who has logged in: the cookie as `name=value`, and the handle. */
export async function logIn(
  storage: SessionStorage,
  userId: string,
  {
    label = 'Firefox on Linux',
    name = '__Host-session',
    stay,
  }: { label?: string; name?: string; stay?: boolean } = {},
): Promise<{ cookie: string; handle: string; id: string }> {
  const session = await storage.read(null)
  session.login(userId, { label })
  if (stay !== undefined) session.persist(stay)
  session.set('cart', ['umbrella'])
  session.flash('note', 'welcome back')
  const value = (await storage.save(session))!
  const { handle, id } = session
  const line = await createCookie(name, { secrets: [secret] }).serialize(value)
  return { cookie: line.split(';')[0]!, handle, id }
}
