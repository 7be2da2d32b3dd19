import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  CookieSessionStorage,
  intoSessionStore,
  MemorySessionStorage,
  type SessionStore,
} from 'coatcheck/compat/remastered'
import { cookie, Visit } from './visit.ts'

type Change = (session: SessionStore<any>) => void

/**
 * A visit with requests that all read the session before one of them commits: in the order given, or all
 * at once.
 */
async function race(
  changes: Change[],
  options: { begin?: Change; atOnce?: boolean } = {},
): Promise<Visit> {
  const visit = new Visit(MemorySessionStorage({ cookie }))
  const first = await visit.open()
  options.begin?.(first)
  await visit.commit(first)
  const sessions = await Promise.all(changes.map(() => visit.open()))
  sessions.forEach((session, n) => changes[n]!(session))
  if (options.atOnce) await Promise.all(sessions.map((session) => visit.commit(session)))
  else for (const session of sessions) await visit.commit(session)
  return visit
}

describe('requests at the same time', () => {
  for (const atOnce of [false, true]) {
    const when = atOnce ? 'when they commit at once' : 'when they commit one after the other'

    it(`lose none of each other’s keys, ${when}`, async () => {
      const changes = Array.from({ length: 20 }, (_, n): Change => (session) => {
        if (n % 2 === 0) session.set(`value ${n}`, n)
        else session.flash(`message ${n}`, n)
        session.unset(`old ${n}`)
      })
      const begin: Change = (session) => {
        for (let n = 0; n < 22; n++) session.set(`old ${n}`, n)
      }
      const visit = await race(changes, { begin, atOnce })
      const end = await visit.open()
      for (let n = 0; n < 20; n++) {
        assert.equal(end.get(n % 2 === 0 ? `value ${n}` : `message ${n}`), n)
        assert.equal(end.has(`old ${n}`), false)
      }
      assert.deepEqual([end.get('old 20'), end.get('old 21')], [20, 21])
    })

    it(`leave a value alone that they only read, ${when}`, async () => {
      const begin: Change = (session) => session.set('count', 0)
      const reads: Change = (session) => session.get('count')
      const set: Change = (session) => session.set('count', 1)
      const visit = await race([set, reads, reads], { begin, atOnce })
      assert.equal((await visit.open()).get('count'), 1)
    })

    it(`remove a message once, and nothing beside it, ${when}`, async () => {
      const begin: Change = (session) => session.flash('message', 'seen')
      const adds = (key: string): Change => {
        return (session) => {
          assert.equal(session.get('message'), 'seen')
          session.set(key, 1)
        }
      }
      const visit = await race([adds('a'), adds('b')], { begin, atOnce })
      const end = await visit.open()
      assert.deepEqual([end.has('message'), end.get('a'), end.get('b')], [false, 1, 1])
    })
  }

  for (const key of ['key', '__key', '____key']) {
    const set: Change = (session) => session.set(key, 'set')
    const flash: Change = (session) => session.flash(key, 'flashed')
    const unset: Change = (session) => session.unset(key)
    const begin: Change = (session) => session.set(key, 'begun')

    it(`leave the later one of two writes to ${key}, and nothing behind it`, async () => {
      const table: { changes: Change[]; begin?: Change; next: unknown; afterwards: unknown }[] = [
        { changes: [set, flash], next: 'flashed', afterwards: undefined },
        { changes: [flash, set], next: 'set', afterwards: 'set' },
        { changes: [set, flash], begin, next: 'flashed', afterwards: undefined },
        { changes: [flash, set], begin, next: 'set', afterwards: 'set' },
        { changes: [set, unset], begin, next: undefined, afterwards: undefined },
        { changes: [unset, set], begin, next: 'set', afterwards: 'set' },
      ]
      for (const { changes, next, afterwards, ...options } of table) {
        const visit = await race(changes, options)
        const session = await visit.open()
        assert.equal(session.get(key), next)
        await visit.commit(session)
        assert.equal((await visit.open()).get(key), afterwards)
      }
    })
  }

  it('keep a message that came while an older one under its key was being used up', async () => {
    const visit = new Visit(MemorySessionStorage({ cookie }))
    const first = await visit.open()
    first.flash('message', 'old')
    await visit.commit(first)
    const slow = await visit.open()
    await visit.commit(await visit.open())
    const fast = await visit.open()
    fast.flash('message', 'new')
    await visit.commit(fast)
    await visit.commit(slow)
    assert.equal((await visit.open()).get('message'), 'new')
  })

  it('lose nothing of what others wrote when one of them commits twice', async () => {
    const visit = new Visit(MemorySessionStorage({ cookie }))
    await visit.commit(await visit.open())
    const [one, other] = [await visit.open(), await visit.open()]
    other.set('other', 1)
    await visit.commit(other)
    one.set('one', 1)
    await visit.commit(one)
    await visit.commit(one)
    other.set('other', 2)
    await visit.commit(other)
    await visit.commit(one)
    const end = await visit.open()
    assert.deepEqual([end.get('one'), end.get('other')], [1, 2])
  })
})

describe('commits of one session at the same time', () => {
  for (const create of [CookieSessionStorage, MemorySessionStorage]) {
    it(`take their turns, and the last one has it all (${create.name})`, async () => {
      const storage = create({ cookie })
      const session = await intoSessionStore<any, any>(storage)
      const commits = [1, 2, 3].map((n) => {
        session.set(`key ${n}`, n)
        session.unset(`key ${n - 1}`)
        return session.commit()
      })
      const headers = await Promise.all(commits)
      const read = await intoSessionStore<any, any>(storage, headers.at(-1))
      assert.deepEqual(
        [1, 2, 3].map((n) => read.get(`key ${n}`)),
        [undefined, undefined, 3],
      )
    })
  }
})
