import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SessionStorage } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'

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
  input?: string
  program?: string
}

/** Runs the command line as it is shipped, in an environment that says nothing of sessions. */
export function coatcheck(
  args: string[],
  { env, input, program = process.execPath }: How = {},
): Ran {
  const none = { SESSION_SECRET: '', SESSION_STORAGE: '', COLUMNS: '', NODE_ENV: '' }
  return spawnSync(program, ['dist/cli/coatcheck.js', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...none, ...env },
    input,
  })
}

/** A visitor who has logged in: the cookie as `name=value`, and the handle. */
export async function logIn(
  storage: SessionStorage,
  userId: string,
  { label = 'Firefox on Linux', name = '__Host-session' } = {},
): Promise<{ cookie: string; handle: string; id: string }> {
  const session = await storage.read(null)
  session.login(userId, { label })
  session.set('cart', ['umbrella'])
  session.flash('note', 'welcome back')
  const value = (await storage.save(session))!
  const { handle, id } = session
  const line = await createCookie(name, { secrets: [secret] }).serialize(value)
  return { cookie: line.split(';')[0]!, handle, id }
}
