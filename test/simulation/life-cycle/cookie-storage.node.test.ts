import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { fakeClock } from 'coatcheck/testing'
import { lifetimes, users } from './plan.ts'
import { Random } from '../random.ts'
import { seedsOf } from './seeds.ts'

/** What a cookie holds, as long as it lives: nobody can end a copy of it. */
interface Held {
  userId: string | undefined
  values: string[]
  message: string | undefined
  usedAt: number
  startedAt: number
}

const idle = lifetimes.idleTimeout * 1000
const absolute = lifetimes.absoluteTimeout * 1000

async function playOne(seed: string): Promise<void> {
  const random = new Random(seed)
  const clock = fakeClock()
  const storage = createCookieSessionStorage({ ...lifetimes, now: clock.now })
  const issued: [value: string, held: Held][] = []
  for (let step = 0; step < 15; step++) {
    await clock.pass(random.pick([0, 1, 1000, 200_000, 599_999, 600_000]))
    const [value, known] = (random.percent(20)
      ? undefined
      : random.pick([...issued, undefined])) ?? [null, undefined]
    const now = clock.now()
    const isLive = known && now < known.usedAt + idle && now < known.startedAt + absolute
    const held: Held = isLive
      ? { ...known, values: [...known.values] }
      : { userId: undefined, values: [], message: undefined, usedAt: now, startedAt: now }
    const session = await storage.read(value)
    const where = `seed ${seed}, step ${step}`
    assert.equal(session.isNew, !isLive, where)
    assert.equal(session.userId, held.userId, where)
    assert.deepEqual(session.get('list') ?? [], held.values, where)
    assert.equal(session.get('message'), held.message, where)
    held.message = undefined

    const turn = random.weighed({ none: 50, login: 20, rotate: 10, kill: 10, destroy: 10 })
    if (turn === 'login') {
      const userId = random.pick(users)
      session.login(userId)
      if (held.userId !== undefined && held.userId !== userId) held.values = []
      Object.assign(held, { userId, startedAt: now })
    }
    if (turn === 'rotate' || turn === 'kill') session.regenerateId(turn === 'kill')
    if (turn === 'destroy') session.destroy()
    else {
      if (random.percent(50)) {
        session.update('list', (list: string[] = []) => [...list, `${step}`])
        held.values.push(`${step}`)
      }
      if (random.percent(30)) {
        session.flash('message', where)
        held.message = where
      }
    }
    const saved = await storage.save(session)
    if (saved) issued.push([saved, { ...held, usedAt: now }])
  }
}

describe('random histories of cookie storage', () => {
  it('show each cookie what it holds, until its time is over', async () => {
    for (const seed of seedsOf(200)) await playOne(seed)
  })
})
