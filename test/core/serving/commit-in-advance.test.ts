import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createVisits } from 'coatcheck/adapter'
import { createCookie } from 'coatcheck/cookie'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createSessionStorage } from 'coatcheck'

const cookie = createCookie('session', {
  secrets: ['d2Vs3Qm8Zr1Lk0XyN7bTu5Jp9GhWf4Ca'],
  secure: false,
})

/** A visitor without a cookie, and a store that fails as often as it is told to. */
async function arrive() {
  const store = createMemoryStore()
  const failures: Error[] = []
  const storage = createSessionStorage(
    {
      ...store,
      async write(...given: Parameters<typeof store.write>) {
        const failure = failures.shift()
        if (failure !== undefined) throw failure
        return store.write(...given)
      },
    },
    { onEvent: () => {} },
  )
  const request = { method: 'GET', url: 'http://localhost/', headers: new Headers() }
  const visit = await createVisits(cookie, storage).open(request)
  return { visit, session: visit.session, failures, storage }
}

describe('session.commit()', () => {
  it('has a handler that fails afterwards send the cookie of what it has saved', async () => {
    const { visit, session, storage } = await arrive()
    session.set('name', 'Ada')
    await session.commit()
    const { setCookies } = await visit.fail()
    assert.equal(setCookies.length, 1)
    const { value } = await cookie.read(setCookies[0]!.split(';')[0]!)
    assert.equal((await storage.read(value)).get('name'), 'Ada')
  })

  it('is too late once the visit has ended, however it did', async () => {
    for (const end of ['close', 'fail'] as const) {
      const { visit, session } = await arrive()
      session.set('name', 'Ada')
      await visit[end]()
      await assert.rejects(session.commit(), { code: 'ERR_SESSION_COMMITTED' }, end)
    }
  })

  it('that nobody waits for, and fails, leaves the saving to the end of the visit', async () => {
    const { visit, session, failures } = await arrive()
    session.set('name', 'Ada')
    failures.push(new Error('away'))
    const committing = session.commit()
    const [committed, closed] = await Promise.allSettled([committing, visit.close()])
    if (closed.status === 'rejected') throw closed.reason
    assert.equal(committed.status, 'rejected')
    assert.equal(closed.value.setCookies.length, 1)
  })
})
