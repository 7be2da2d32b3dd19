import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage } from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { fakeClock } from 'coatcheck/testing'

/** Whether a session ends when an id comes back that it had so many new ids ago. */
async function endsAfter(rotations: number): Promise<boolean> {
  const clock = fakeClock()
  const now = () => clock.now()
  const store = createMemoryStore({ now })
  const storage = createSessionStorage(store, { now, onReuse: 'revoke' })
  const session = await storage.read(null)
  session.login('ada')
  const first = await storage.save(session)
  let cookie = first
  for (let i = 0; i < rotations; i++) {
    await clock.pass(60_000)
    const later = await storage.read(cookie)
    later.regenerateId(true)
    cookie = await storage.save(later)
  }
  await clock.pass(60_000)
  await storage.read(first)
  return (await storage.read(cookie)).isNew
}

describe("the ids that a session remembers with onReuse: 'revoke'", () => {
  it('are its last nine', async () => {
    assert.equal(await endsAfter(9), true)
    assert.equal(await endsAfter(10), false)
  })
})
