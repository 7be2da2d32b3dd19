/*
 * A server of its own on a directory of sessions, whose clock is wrong by so many milliseconds. It does what it is told,
 * one message after the other. See server.ts.
 */
import process from 'node:process'
import { createFsSessionStorage } from 'coatcheck/fs-storage'

export type Order =
  /** Calls `login()`, and saves when it is told to. */
  | { do: 'begin'; users: string[] }
  | { do: 'save' }
  | { do: 'revokeAll'; users: string[] }
  | { do: 'whose'; cookies: (string | null)[] }

const [directory = '', ahead = '0'] = process.argv.slice(2)
const storage = createFsSessionStorage(directory, {
  now: () => Date.now() + Number(ahead),
  sweepInterval: 0,
})

async function login(userId: string) {
  const session = await storage.read(null)
  session.login(userId)
  return session
}

let begun: Awaited<ReturnType<typeof login>>[] = []

async function obey(order: Order): Promise<unknown> {
  if (order.do === 'begin') {
    begun = await Promise.all(order.users.map(login))
    return
  }
  if (order.do === 'save') return Promise.all(begun.map((session) => storage.save(session)))
  if (order.do === 'revokeAll') {
    for (const userId of order.users) await storage.revokeAll(userId)
    return
  }
  const sessions = await Promise.all(order.cookies.map((cookie) => storage.read(cookie)))
  return sessions.map(({ userId = null }) => userId)
}

process.on('message', (order: Order) => {
  void obey(order).then((result = null) => process.send!({ result }))
})
process.send!({ result: 'ready' })
