import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { createSessionStorage, type SessionStorageOptions, type SessionStore } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'

const secrets = ['f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd']
const minute = 60_000

describe('a store that fails', () => {
  const { warn } = console
  let lines: string[]
  let now: number
  let cause: Error

  beforeEach(() => {
    lines = []
    now = 1_700_000_000_000
    cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), {
      code: 'ECONNREFUSED',
    })
    console.warn = (line: string) => void lines.push(line)
  })
  afterEach(() => {
    console.warn = warn
  })

  const fail = () => Promise.reject(cause)
  const store: SessionStore = { read: fail, write: fail, delete: fail }

  function visitor(options: SessionStorageOptions = {}, onStoreError?: () => Response) {
    const storage = createSessionStorage(store, { now: () => now, ...options })
    const cookie = createCookie('__Host-session', { secrets })
    const served = withSession(
      { cookie, storage, ...(onStoreError && { onStoreError }) },
      (_, session) => {
        session.set('a', 1)
        return new Response()
      },
    )
    return async () => (await served(new Request('https://shop.example/'))).status
  }

  it('is told on the console, with what to do', async () => {
    assert.equal(await visitor()(), 503)
    assert.equal(lines.length, 1)
    assert.match(lines[0]!, /^coatcheck: The session store failed to write: connect ECONNREFUSED/)
    assert.match(lines[0]!, /start the server/)
    assert.match(lines[0]!, /onStoreError/)
  })

  it('is told once a minute, with how often it was', async () => {
    const visit = visitor()
    for (let i = 0; i < 5; i++) await visit()
    now += minute - 1
    await visit()
    assert.equal(lines.length, 1)
    now += 1
    await visit()
    assert.equal(lines.length, 2)
    assert.match(lines[1]!, /5 more/)
  })

  it('is told at once when it fails in another way', async () => {
    const visit = visitor()
    await visit()
    cause = Object.assign(new Error('relation "sessions" does not exist'), { code: '42P01' })
    await visit()
    await visit()
    assert.equal(lines.length, 2)
    assert.match(lines[1]!, /createSessionTable\(kysely\)/)
  })

  it('does not fill the console when each failure has other words', async () => {
    const visit = visitor()
    for (let i = 0; i < 100; i++) {
      cause = Object.assign(new Error(`failure ${i}`), { code: 'EXAMPLE' })
      await visit()
    }
    assert.ok(lines.length <= 20, `${lines.length} lines`)
  })

  it('is left to onEvent, or to onStoreError, where there is one', async () => {
    const told: string[] = []
    assert.equal(await visitor({ onEvent: ({ type }) => told.push(type) })(), 503)
    assert.deepEqual(told, ['store-error'])
    assert.equal(await visitor({}, () => new Response(null, { status: 500 }))(), 500)
    assert.deepEqual(lines, [])
  })

  it('is told also where the handler failed as well, and its own error goes on', async () => {
    let record: { value: string; version: string } | undefined
    const storage = createSessionStorage({
      read: async () => record,
      write: async (_, value) => {
        record = { value, version: '1' }
        return '1'
      },
      delete: fail,
    })
    const cookie = createCookie('__Host-session', { secrets })
    const first = await withSession({ cookie, storage }, (_, session) => {
      session.set('a', 1)
      return new Response()
    })(new Request('https://shop.example/'))
    const Cookie = first.headers.get('Set-Cookie')!.split(';', 1)[0]!
    const broken = withSession({ cookie, storage }, (_, session) => {
      session.destroy()
      throw new RangeError('of the app')
    })
    await assert.rejects(
      broken(new Request('https://shop.example/', { headers: { Cookie } })),
      RangeError,
    )
    assert.equal(lines.length, 1)
    assert.match(lines[0]!, /failed to delete/)
  })
})
