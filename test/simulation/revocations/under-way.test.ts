import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type ServerSessionStorage } from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createGate, fakeClock } from 'coatcheck/testing'

const users = Array.from({ length: 300 }, (_, i) => `user ${i}`)

function open() {
  const clock = fakeClock()
  const now = () => clock.now()
  const gate = createGate(createMemoryStore({ now }))
  return { clock, gate, start: () => createSessionStorage(gate.store, { now }) }
}

async function begin(storage: ServerSessionStorage, userId: string) {
  const session = await storage.read(null)
  session.login(userId)
  return session
}

async function living(
  storage: ServerSessionStorage,
  cookies: readonly (string | null)[],
): Promise<string[]> {
  const sessions = await Promise.all(cookies.map((cookie) => storage.read(cookie)))
  return sessions.flatMap(({ userId }) => userId ?? [])
}

describe('of 300 logins and ends of all sessions in one millisecond', () => {
  it('none stands that was begun before', async () => {
    const storage = open().start()
    const sessions = await Promise.all(users.map((userId) => begin(storage, userId)))
    await Promise.all(users.map((userId) => storage.revokeAll(userId)))
    const cookies = await Promise.all(sessions.map((session) => storage.save(session)))
    assert.deepEqual(await living(storage, cookies), [])
  })

  it('none stands that was begun before on another server with this clock', async () => {
    const { start } = open()
    const [one, other] = [start(), start()]
    const sessions = await Promise.all(users.map((userId) => begin(one, userId)))
    await Promise.all(users.map((userId) => other.revokeAll(userId)))
    const cookies = await Promise.all(sessions.map((session) => one.save(session)))
    assert.deepEqual(await living(other, cookies), [])
  })

  it('all stand that are begun after', async () => {
    const storage = open().start()
    const cookies: (string | null)[] = []
    for (const userId of users) {
      await begin(storage, userId)
      await storage.revokeAll(userId)
      cookies.push(await storage.save(await begin(storage, userId)))
    }
    assert.deepEqual(await living(storage, cookies), users)
  })

  for (const operation of ['read', 'write', 'keysOf'] as const) {
    it(`none stands that was begun before, wherever the end waits: at its ${operation}`, async () => {
      const { gate, start } = open()
      const storage = start()
      for (const userId of users.slice(0, 30)) {
        const session = await begin(storage, userId)
        const held = gate.hold(operation)
        const revoking = storage.revokeAll(userId)
        await held.reached
        const saving = storage.save(session)
        held.release()
        await revoking
        assert.deepEqual(await living(storage, [await saving]), [])
      }
    })
  }
})
