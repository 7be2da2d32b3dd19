import assert from 'node:assert/strict'
import * as diagnostics from 'node:diagnostics_channel'
import { describe, it } from 'node:test'
import type { SessionEvent } from 'coatcheck'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

async function useSession(storage: ReturnType<typeof createMemorySessionStorage>): Promise<void> {
  const first = await storage.read(null)
  first.set('a', 1)
  const second = await storage.read(await storage.save(first))
  second.login('ada')
  const third = await storage.read(await storage.save(second))
  third.destroy()
  await storage.save(third)
}

describe('events', () => {
  it('tell a session’s life in order, with its handle, its user and the time', async () => {
    const events: SessionEvent[] = []
    await useSession(createMemorySessionStorage({ onEvent: (e) => events.push(e), now: () => 7 }))
    assert.deepEqual(
      events.map(({ type, userId }) => `${type} ${userId ?? '-'}`),
      ['created -', 'saved -', 'loaded -', 'rotated ada', 'login ada', 'saved ada'].concat([
        'loaded ada',
        'destroyed ada',
      ]),
    )
    assert.equal(new Set(events.map(({ handle }) => handle)).size, 1)
    assert.ok(events.every(({ at }) => at === 7))
  })

  it('are published on the diagnostics channel as well', async () => {
    const types: string[] = []
    const listen = (message: unknown) => types.push((message as SessionEvent).type)
    diagnostics.subscribe('coatcheck:session', listen)
    await useSession(createMemorySessionStorage())
    diagnostics.unsubscribe('coatcheck:session', listen)
    await useSession(createMemorySessionStorage())
    assert.deepEqual([types.at(0), types.at(-1), types.length], ['created', 'destroyed', 8])
  })
})
