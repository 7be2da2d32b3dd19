import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  CookieSessionStorage,
  createSessionStore,
  intoSessionStore,
  MemorySessionStorage,
  type SessionStorage,
  type StoredSession,
  withEncryptedCookies,
} from 'coatcheck/compat/remastered'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { cookie, storages, url, Visit } from './visit.ts'

/** A storage that keeps nothing and writes down what it is asked. */
function listeningStorage(found: Partial<StoredSession<string>> = {}) {
  const headers: (string | undefined)[] = []
  const kept: { session: StoredSession<string>; metadata: string }[] = []
  const storage: SessionStorage<string, string> = {
    async fromHeader(header) {
      headers.push(header)
      return [
        { flashedKeys: new Set(), content: new Map(), ...found },
        `metadata ${headers.length}`,
      ]
    },
    async toHeader(session, metadata) {
      kept.push({ session, metadata })
      return `kept=${kept.length}`
    },
  }
  return { storage, headers, kept }
}

function ofServer(sets: Record<string, string>): Request {
  return new Request(url, { headers: sets })
}

describe('getSession', () => {
  it('gives one request object one session, and its storage one question', async () => {
    const { storage, headers } = listeningStorage()
    const getSession = createSessionStore(storage)
    const request = ofServer({ Cookie: 'a=1' })
    const asked = getSession(request)
    assert.equal(getSession(request), asked)
    const session = await asked
    session.set('key', 'from a loader')
    assert.equal((await getSession(request)).get('key'), 'from a loader')
    assert.deepEqual(headers, ['a=1'])
  })

  it('gives another request object another session, even if it is a copy', async () => {
    const { storage, headers } = listeningStorage()
    const getSession = createSessionStore(storage)
    const request = ofServer({ Cookie: 'a=1' })
    const [first, second] = [await getSession(request), await getSession(request.clone())]
    first.set('key', 'mine')
    assert.equal(second.has('key'), false)
    assert.equal(headers.length, 2)
  })

  it('keeps the sessions of two stores apart, though they have one storage', async () => {
    const { storage } = listeningStorage()
    const request = ofServer({})
    const [one, other] = [createSessionStore(storage), createSessionStore(storage)]
    assert.notEqual(await one(request), await other(request))
  })

  it('hands the storage the Cookie header, or the one that it was told to', async () => {
    const { storage, headers } = listeningStorage()
    const request = ofServer({ Cookie: 'a=1', Authorization: 'Bearer 2' })
    await createSessionStore(storage)(request)
    await createSessionStore(storage, 'authorization')(request)
    await createSessionStore(storage, 'X-Missing')(request)
    assert.deepEqual(headers, ['a=1', 'Bearer 2', undefined])
  })

  it('fails when the storage fails, and never starts an empty session instead', async () => {
    const broken: SessionStorage<string> = {
      fromHeader: () => Promise.reject(new Error('the database is away')),
      toHeader: () => Promise.reject(new Error('the database is away')),
    }
    await assert.rejects(createSessionStore(broken)(ofServer({})), /database is away/)
  })

  it('is refused what is no storage, with a word on what is one', () => {
    const ours = createMemorySessionStorage() as never
    for (const wrong of [ours, undefined as never, {} as never, { fromHeader() {} } as never]) {
      assert.throws(() => createSessionStore(wrong), {
        code: 'ERR_SESSION_CONFIG',
        message: /fromHeader and toHeader/,
      })
    }
  })
})

describe('a storage of one’s own', () => {
  it('gets the session and the metadata of its request with each commit', async () => {
    const { storage, kept } = listeningStorage({
      flashedKeys: new Set(['old']),
      content: new Map([
        ['old', 'message'],
        ['stays', 'value'],
      ]),
    })
    const session = await createSessionStore(storage)(ofServer({}))
    assert.equal(session.get('old'), 'message')
    session.flash('new', 'message')
    assert.equal(await session.commit(), 'kept=1')
    session.flash('newer', 'message')
    assert.equal(await session.commit(), 'kept=2')
    const content = new Map([
      ['stays', 'value'],
      ['new', 'message'],
    ])
    const newer = new Map([...content, ['newer', 'message']] as const)
    assert.deepEqual(kept, [
      { session: { flashedKeys: new Set(['new']), content }, metadata: 'metadata 1' },
      {
        session: { flashedKeys: new Set(['new', 'newer']), content: newer },
        metadata: 'metadata 1',
      },
    ])
  })

  it('may keep the very map that it hands out', async () => {
    const live = new Map<string, string>()
    const { storage } = listeningStorage({ content: live })
    const session = await intoSessionStore(storage)
    session.set('key', 'value')
    session.set('other', 'value')
    session.unset('other')
    assert.deepEqual([...live], [['key', 'value']])
  })

  it('may keep anything: dates, maps, functions', async () => {
    const kept = new Map<string, unknown>()
    const storage: SessionStorage<unknown> = {
      fromHeader: async () => [{ flashedKeys: new Set(), content: kept }],
      toHeader: async () => 'a=1',
    }
    const getSession = createSessionStore(storage)
    const values = [new Date(0), new Map([[1, 2]]), () => 'called', undefined]
    const session = await getSession(ofServer({}))
    values.forEach((value, n) => session.set(String(n), value))
    await session.commit()
    const read = await getSession(ofServer({}))
    assert.deepEqual(
      values.map((_, n) => read.get(String(n))),
      values,
    )
    assert.equal(read.has('3'), true)
  })

  it('sees the decrypted value in withEncryptedCookies, and makes nothing but that', async () => {
    const seen: (string | undefined)[] = []
    const storage = withEncryptedCookies<string, string>({
      cookie,
      storage: {
        async fromHeader(value) {
          seen.push(value)
          return [{ flashedKeys: new Set(), content: new Map() }, 'row-of-this-test']
        },
        toHeader: async (_, metadata) => `id of ${metadata}`,
      },
    })
    const visit = new Visit(storage)
    const header = await visit.commit(await visit.open())
    assert.match(header, /^session=[\w-]+; /)
    assert.doesNotMatch(header, /of-this-test/)
    await visit.open()
    await visit.getSession(ofServer({ Cookie: 'other=1' }))
    await visit.getSession(ofServer({ Cookie: 'session=forged' }))
    assert.deepEqual(seen, [undefined, 'id of row-of-this-test', undefined, undefined])
  })

  it('clears the cookie in withEncryptedCookies with an empty value', async () => {
    const { storage } = listeningStorage()
    const ending = withEncryptedCookies({
      cookie,
      storage: { ...storage, toHeader: async () => '' },
    })
    const header = await (await intoSessionStore(ending)).commit()
    assert.match(header, /^session=; .*Max-Age=0/)
  })
})

describe('values', () => {
  for (const name of ['CookieSessionStorage', 'MemorySessionStorage']) {
    const visitNew = () => new Visit(storages[name]!())

    it(`come back from ${name} as JSON has them`, async () => {
      const visit = visitNew()
      const session = await visit.open()
      const values = {
        text: 'ä\u0000😀',
        none: null,
        zero: 0,
        no: false,
        empty: '',
        list: [[], {}],
      }
      for (const [key, value] of Object.entries(values)) session.set(key, value)
      session.set('nothing', undefined)
      session.set('date', { at: new Date(0) })
      session.set('holes', { property: undefined, list: [undefined] })
      await visit.commit(session)
      const read = await visit.open()
      for (const [key, value] of Object.entries(values)) assert.deepEqual(read.get(key), value, key)
      assert.deepEqual([read.has('nothing'), read.get('nothing')], [true, null])
      assert.deepEqual(read.get('date'), { at: '1970-01-01T00:00:00.000Z' })
      assert.deepEqual(read.get('holes'), { list: [null] })
    })

    it(`that JSON would lose are refused by ${name}, with the key and nothing written`, async () => {
      const circle: unknown[] = []
      circle.push(circle)
      const wrong = [
        new Map(),
        { inside: new Set([1]) },
        Number.NaN,
        [() => 1],
        Symbol('s'),
        1n,
        circle,
      ]
      const visit = visitNew()
      const map = await visit.open()
      map.set('wrong', new Map())
      await assert.rejects(map.commit(), /"wrong" cannot be stored: a Map/)
      for (const value of wrong) {
        const session = await visit.open()
        session.set('fine', 1)
        session.set('wrong', value)
        await assert.rejects(session.commit(), { code: 'ERR_SESSION_VALUE', key: 'wrong' })
        session.unset('wrong')
        session.unset('fine')
        await visit.commit(session)
        assert.equal((await visit.open()).has('fine'), false)
      }
    })

    it(`are stored by ${name} when they were changed in place, and only with a commit`, async () => {
      const visit = visitNew()
      const cart = ['hat']
      const session = await visit.open()
      session.set('cart', cart)
      cart.push('coat')
      await visit.commit(session)
      cart.push('scarf')
      assert.deepEqual((await visit.open()).get('cart'), ['hat', 'coat'])
      await visit.commit(session)
      const read = await visit.open()
      read.get('cart').pop()
      assert.deepEqual((await visit.open()).get('cart'), ['hat', 'coat', 'scarf'])
      await visit.commit(read)
      assert.deepEqual((await visit.open()).get('cart'), ['hat', 'coat'])
    })
  }

  it('are only in their own MemorySessionStorage', async () => {
    const visit = new Visit(MemorySessionStorage({ cookie }))
    const session = await visit.open()
    session.set('key', 1)
    await visit.commit(session)
    const elsewhere = createSessionStore(MemorySessionStorage({ cookie }))
    assert.equal((await elsewhere(visit.request())).has('key'), false)
  })
})

describe('CookieSessionStorage', () => {
  it('keeps a session that is brought to it without metadata', async () => {
    const inner = CookieSessionStorage({ cookie })
    const wrapped: SessionStorage<any> = {
      fromHeader: async (header) => [(await inner.fromHeader(header))[0]],
      toHeader: (session) => inner.toHeader(session, undefined),
    }
    const visit = new Visit(wrapped)
    const session = await visit.open()
    session.set('kept', 1)
    session.flash('message', 'hello')
    await visit.commit(session)
    const next = await visit.open()
    assert.deepEqual([next.get('kept'), next.get('message')], [1, 'hello'])
    await visit.commit(next)
    const last = await visit.open()
    assert.deepEqual([last.get('kept'), last.get('message')], [1, undefined])
  })
})
