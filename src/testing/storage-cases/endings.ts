import { RevokeError } from '../../core/errors.ts'
import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { equal, failsWith, ok, same } from '../expect.ts'
import { visit, type StorageCase } from './visit.ts'

async function logIn(
  storage: ServerSessionStorage,
  times = 1,
  userId = 'ada',
): Promise<(string | null)[]> {
  const cookies = []
  for (let i = 0; i < times; i++) {
    cookies.push((await visit(storage, null, (s) => s.login(userId))).cookie)
  }
  return cookies
}

async function living(storage: ServerSessionStorage, cookies: (string | null)[]): Promise<number> {
  const sessions = await Promise.all(cookies.map((cookie) => storage.read(cookie)))
  return sessions.filter(({ isNew }) => !isNew).length
}

/** What `revokeAll` says when it could not end all. */
async function failureOf(storage: ServerSessionStorage, userId: string): Promise<RevokeError> {
  const outcome = await storage.revokeAll(userId).catch((error: unknown) => error)
  ok(outcome instanceof RevokeError, 'no RevokeError')
  equal(outcome.code, 'ERR_SESSION_STORE')
  return outcome
}

/** What ends sessions ends them all, and nobody else's. */
export const endingCases: readonly StorageCase[] = [
  {
    name: 'ends all sessions of a user also where this server’s clock or options say that they are over',
    needs: ['indexed'],
    async run({ createStorage, clock }) {
      const ahead = createStorage({ now: () => clock.now() + 360_000 }) as ServerSessionStorage
      const patient = createStorage() as ServerSessionStorage
      const strict = createStorage({ idleTimeout: 1800 }) as ServerSessionStorage
      const others = await logIn(ahead)
      equal(await strict.revokeAll('ada'), 1)
      equal(await living(ahead, others), 0)
      const idle = await logIn(patient)
      await clock.pass(3_600_000)
      equal(await strict.revokeAll('ada'), 1)
      equal(await living(patient, idle), 0)
    },
  },
  {
    name: 'goes on ending the sessions of a user when something fails, and says so at the end',
    needs: ['indexed'],
    async run({ createStorage, gate, traits }) {
      const storage = createStorage() as ServerSessionStorage
      const failing = {
        note: 'write',
        'note read': 'read',
        read: 'read',
        delete: 'delete',
      } as const
      for (const [name, operation] of Object.entries(failing)) {
        const cookies = await logIn(storage, 3, name)
        const isNote = name.startsWith('note')
        const listed = isNote ? undefined : gate!.hold('keysOf')
        // Without frames: a number of what is written may be a line there, and what leaves the storage is then a copy.
        const failure = Object.assign(new Error('away'), { stack: '' })
        if (isNote) gate!.fail(operation, failure)
        const failed = failureOf(storage, name)
        await listed?.reached
        if (!isNote) gate!.fail(operation, failure)
        listed?.release()
        const { ended, failures, cause } = await failed
        same([ended, failures.length], [isNote ? 3 : 2, 1], name)
        equal(cause, failure)
        // Before a session is deleted it is emptied, where stores compare.
        const isOver = isNote || (name === 'delete' && traits.has('atomic'))
        equal(await living(storage, cookies), isOver ? 0 : 1, name)
        equal(await storage.revokeAll(name), isNote ? 0 : 1, name)
        equal(await living(storage, cookies), 0, name)
      }
    },
  },
  {
    name: 'ends nothing for nobody, and takes handles and user ids alike everywhere (ASVS 8.2.2)',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage() as ServerSessionStorage
      const { cookie, session } = await visit(storage, null, (s) => s.login('ada'))
      const { handle, id } = session
      const before = JSON.stringify(gate!.calls)
      // Nobody is logged in: a handler that forgot to look ends nobody's session.
      for (const userId of [undefined, null]) await storage.revoke(handle, { userId })
      for (const userId of [42, '', {}, ['ada'], false, 'ada\ud800'] as never[]) {
        await failsWith('ERR_SESSION_CONFIG', () => storage.revoke(handle, { userId }))
        await failsWith('ERR_SESSION_CONFIG', () => storage.revokeAll(userId))
        await failsWith('ERR_SESSION_CONFIG', () => storage.sessionsOf(userId))
        await failsWith('ERR_SESSION_CONFIG', () => storage.beginLogin(userId))
      }
      await failsWith('ERR_SESSION_CONFIG', () => storage.sessionsOf(undefined as never))
      await failsWith('ERR_SESSION_CONFIG', () => storage.revokeAll(null as never))
      for (const wrong of [42, undefined, null, { handle }] as never[]) {
        await failsWith('ERR_SESSION_CONFIG', () => storage.revoke(wrong))
        await failsWith('ERR_SESSION_CONFIG', () => storage.revoke(wrong, { userId: undefined }))
      }
      equal(JSON.stringify(gate!.calls), before)
      await storage.revoke(id, { userId: 'grace' })
      equal((await storage.read(cookie)).userId, 'ada')
      // The whole id, by mistake: the caller meant that session.
      await storage.revoke(id)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
]
