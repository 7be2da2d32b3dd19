import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { CookieSizeError, createCookie } from 'coatcheck'
import {
  CookieSessionStorage,
  type CookieSettings,
  createSessionStore,
  intoSessionStore,
  MemorySessionStorage,
  type SessionStorage,
  withEncryptedCookies,
} from 'coatcheck/compat/remastered'
import { fakeClock, type TestClock } from 'coatcheck/testing'
import { cookie, otherSecret, secret, storages, url, Visit } from './visit.ts'

type Kind = (settings: CookieSettings) => SessionStorage<any, any>
const kinds: Record<string, Kind> = {
  CookieSessionStorage: (settings) => CookieSessionStorage({ cookie: settings }),
  MemorySessionStorage: (settings) => MemorySessionStorage({ cookie: settings }),
}

/** A committed session with the settings, and its Set-Cookie header without the value. */
async function attributesWith(settings: Partial<CookieSettings>, kind: Kind): Promise<string[]> {
  const session = await intoSessionStore(kind({ ...cookie, ...settings }))
  const [, ...attributes] = (await session.commit()).split('; ')
  return attributes.sort()
}

/** Runs on a clock of its own: storages made meanwhile take it for the time. */
async function atTime<Result>(run: (clock: TestClock) => Promise<Result>): Promise<Result> {
  const { now } = Date
  const clock = fakeClock(now())
  Date.now = clock.now
  try {
    return await run(clock)
  } finally {
    Date.now = now
  }
}

function sealed(header: string): string {
  return header.slice(header.indexOf('=') + 1, header.indexOf(';'))
}

for (const [name, kind] of Object.entries(kinds)) {
  describe(`the cookie of ${name}`, () => {
    it('is HttpOnly, Secure, Lax, for the whole site and for an hour, unless told otherwise', async () => {
      assert.deepEqual(await attributesWith({}, kind), [
        'HttpOnly',
        'Max-Age=3600',
        'Path=/',
        'SameSite=Lax',
        'Secure',
      ])
      const settings = {
        httpOnly: false,
        secure: false,
        sameSite: 'strict',
        path: '/shop',
        domain: 'shop.example',
        maxAge: 60,
      } as const
      assert.deepEqual(await attributesWith(settings, kind), [
        'Domain=shop.example',
        'Max-Age=60',
        'Path=/shop',
        'SameSite=Strict',
      ])
    })

    it('takes sameSite as a boolean, and maxAge as undefined', async () => {
      const of = async (settings: Partial<CookieSettings>) => attributesWith(settings, kind)
      assert.ok((await of({ sameSite: true })).includes('SameSite=Strict'))
      assert.ok((await of({ sameSite: false })).includes('SameSite=Lax'))
      assert.ok((await of({ sameSite: 'none' })).includes('SameSite=None'))
      const lasting = await of({ maxAge: undefined })
      assert.deepEqual(lasting, ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
    })

    it('stays safe when its attributes are undefined', async () => {
      const none = { httpOnly: undefined, secure: undefined, sameSite: undefined, path: undefined }
      const attributes = await attributesWith(none as Partial<CookieSettings>, kind)
      assert.deepEqual(attributes, ['HttpOnly', 'Max-Age=3600', 'Path=/', 'SameSite=Lax', 'Secure'])
    })

    it('is refused at once if browsers or guessers would make nothing, or too much, of it', () => {
      const wrong: Partial<Record<keyof CookieSettings, unknown>>[] = [
        { name: 'no token' },
        { name: undefined },
        { secret: '' },
        { secret: undefined },
        { secret: [] },
        { sameSite: 'none', secure: false },
        { maxAge: 1.5 },
        { maxAge: -1 },
      ]
      for (const settings of wrong) {
        const make = () => kind({ ...cookie, ...settings } as CookieSettings)
        assert.throws(make, { code: 'ERR_SESSION_CONFIG' }, JSON.stringify(settings))
      }
      assert.throws(() => kind(undefined as never), { code: 'ERR_SESSION_CONFIG' })
    })

    it('cannot be read without the secret, and is another one each time', async () => {
      const visit = new Visit(kind(cookie))
      const session = await visit.open()
      session.set('password', 'tiger')
      const first = await visit.commit(session)
      const second = await visit.commit(session)
      assert.notEqual(sealed(first), sealed(second))
      for (const text of [first, atob(sealed(first).replaceAll('-', '+').replaceAll('_', '/'))]) {
        assert.doesNotMatch(text, /tiger|password/)
      }
      assert.equal((await visit.open()).get('password'), 'tiger')
    })

    it('is always encrypted, and has no setting for that', async () => {
      const plain = { ...cookie, encrypt: false } as CookieSettings
      assert.throws(() => kind(plain), { code: 'ERR_SESSION_CONFIG', message: /"encrypt"/ })
      const header = await (await intoSessionStore(kind(cookie))).commit()
      const pair = header.split(';')[0]!
      assert.equal(
        await createCookie('session', { secrets: [secret], encrypt: false }).parse(pair),
        null,
      )
      assert.notEqual(await createCookie('session', { secrets: [secret] }).parse(pair), null)
    })

    it('reads as an empty session when it was changed, cut, or made with another secret or name', async () => {
      const storage = kind(cookie)
      const session = await intoSessionStore(storage)
      session.set('key', 'value')
      const value = sealed(await session.commit())
      const read = async (header: string) => (await intoSessionStore(storage, header)).has('key')
      assert.equal(await read(`session=${value}`), true)
      const flipped = value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
      const middle = value.length >> 1
      const swapped =
        value.slice(0, middle) + (value[middle] === 'A' ? 'B' : 'A') + value.slice(middle + 1)
      for (const wrong of [
        flipped,
        swapped,
        value.slice(1),
        value.slice(0, -8),
        '',
        '%',
        'null',
        '{}',
      ]) {
        assert.equal(await read(`session=${wrong}`), false, wrong)
      }
      assert.equal(await read(`other=${value}`), false)
      const strangers = [
        kind({ ...cookie, secret: otherSecret }),
        kind({ ...cookie, name: 'other' }),
      ]
      for (const stranger of strangers) {
        const header = `session=${value}; other=${value}`
        assert.equal((await intoSessionStore(stranger, header)).has('key'), false)
      }
    })

    it('is found among others, and in a Set-Cookie header as it was sent', async () => {
      const storage = kind(cookie)
      const session = await intoSessionStore(storage)
      session.set('key', 'value')
      const header = await session.commit()
      for (const found of [header, `a=1; session=${sealed(header)}; b=2`]) {
        assert.equal((await intoSessionStore(storage, found)).get('key'), 'value')
      }
    })
  })

  describe(`the end of a session in ${name}`, () => {
    /** Whether a session is there so many seconds after its commit. */
    async function isThereAfter(settings: Partial<CookieSettings>, seconds: number) {
      return atTime(async (clock) => {
        const storage = kind({ ...cookie, ...settings })
        const session = await intoSessionStore(storage)
        session.set('key', 1)
        const header = await session.commit()
        clock.pass(seconds * 1000)
        return (await intoSessionStore(storage, header)).has('key')
      })
    }

    it('is that of its cookie, whatever the browser does with Max-Age', async () => {
      assert.equal(await isThereAfter({}, 3599), true)
      assert.equal(await isThereAfter({}, 3600), false)
      assert.equal(await isThereAfter({ maxAge: 60 }, 59), true)
      assert.equal(await isThereAfter({ maxAge: 60 }, 60), false)
      assert.equal(await isThereAfter({ maxAge: 200 * 86_400 }, 200 * 86_400 - 1), true)
      assert.equal(await isThereAfter({ maxAge: 0 }, 0), false)
    })

    it('comes after 30 days when the cookie has none', async () => {
      assert.equal(await isThereAfter({ maxAge: undefined }, 2_591_999), true)
      assert.equal(await isThereAfter({ maxAge: undefined }, 2_592_000), false)
    })

    it('moves on with each commit, and not by reading', async () => {
      await atTime(async (clock) => {
        const visit = new Visit(kind(cookie), () => clock.now())
        const session = await visit.open()
        session.set('key', 1)
        await visit.commit(session)
        for (let hours = 0; hours < 100; hours++) {
          clock.pass(3_000_000)
          const read = await visit.open()
          assert.equal(read.get('key'), 1)
          await visit.commit(read)
        }
        clock.pass(3_000_000)
        const sent = visit.request()
        assert.equal((await visit.getSession(sent)).has('key'), true)
        clock.pass(1_000_000)
        assert.equal((await visit.getSession(sent.clone())).has('key'), false)
      })
    })

    it('is final: a request that began before it clears the cookie, and brings nothing back', async () => {
      await atTime(async (clock) => {
        const storage = kind(cookie)
        const header = await (async () => {
          const session = await intoSessionStore(storage)
          session.set('key', 1)
          return session.commit()
        })()
        const late = await intoSessionStore(storage, header)
        clock.pass(3_600_000)
        late.set('other', 2)
        for (const commit of [await late.commit(), await late.commit()]) {
          assert.match(commit, /^session=; .*Max-Age=0; Expires=Thu, 01 Jan 1970/)
        }
        const read = await intoSessionStore(storage, header)
        assert.deepEqual([read.has('key'), read.has('other')], [false, false])
      })
    })
  })

  describe(`secrets of ${name}`, () => {
    it('can be several: the first one seals and all of them open', async () => {
      const old = new Visit(kind(cookie))
      const session = await old.open()
      session.set('key', 1)
      const header = await old.commit(session)
      const cookies = { old: cookie, both: { ...cookie, secret: [otherSecret, secret] } }
      const reader = createCookie('session', { secrets: [otherSecret] })
      assert.equal(await reader.parse(header.split(';')[0]), null)
      const both = kind(cookies.both)
      const again = await (await intoSessionStore(both, header)).commit()
      assert.notEqual(await reader.parse(again.split(';')[0]), null)
      if (name === 'CookieSessionStorage') {
        assert.equal((await intoSessionStore(both, header)).get('key'), 1)
      }
    })
  })
}

describe('what a commit sends', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    it(`is a cookie each time, though nothing was changed (${name})`, async () => {
      const visit = new Visit(createStorage())
      for (let n = 0; n < 3; n++) {
        const session = await visit.open()
        assert.match(await visit.commit(session), /^\w+=[^;]+/)
        assert.match(await visit.commit(session), /^\w+=[^;]+/)
      }
    })

    it(`is needed for anything to be kept (${name})`, async () => {
      const visit = new Visit(createStorage())
      const session = await visit.open()
      await visit.commit(session)
      const changed = await visit.open()
      changed.set('key', 1)
      changed.flash('message', 'hello')
      const read = await visit.open()
      assert.deepEqual([read.has('key'), read.has('message')], [false, false])
    })
  }

  it('is refused over 4,096 bytes, and the biggest keys are named', async () => {
    const visit = new Visit(CookieSessionStorage({ cookie }))
    const session = await visit.open()
    session.set('small', 1)
    session.set('note', 'n'.repeat(4000))
    await assert.rejects(session.commit(), (error) => {
      assert.ok(error instanceof CookieSizeError)
      assert.deepEqual(error.keys, [
        { key: 'note', bytes: 4002 },
        { key: 'small', bytes: 1 },
      ])
      assert.doesNotMatch(error.message, /nnn/)
      return true
    })
    session.unset('note')
    await visit.commit(session)
    const read = await visit.open()
    assert.deepEqual([read.get('small'), read.has('note')], [1, false])
  })

  it('is refused over 4,096 bytes from a storage of one’s own, whatever its values are', async () => {
    const storage = withEncryptedCookies<bigint, undefined>({
      cookie,
      storage: {
        fromHeader: async () => [{ flashedKeys: new Set(), content: new Map() }],
        toHeader: async () => 'n'.repeat(4000),
      },
    })
    const session = await intoSessionStore(storage)
    await assert.rejects(session.commit(), { code: 'ERR_SESSION_COOKIE_SIZE', keys: [] })
    session.set('number', 1n)
    await assert.rejects(session.commit(), { code: 'ERR_SESSION_COOKIE_SIZE', keys: [] })
  })

  it('is not limited by the cookie in MemorySessionStorage', async () => {
    const visit = new Visit(MemorySessionStorage({ cookie }))
    const session = await visit.open()
    session.set('note', 'n'.repeat(10_000))
    await visit.commit(session)
    assert.equal((await visit.open()).get('note').length, 10_000)
  })
})

describe('ids', () => {
  it('are made here: generateId is not asked', async () => {
    let asked = 0
    const generateId = () => `user-${++asked}`
    const storage = MemorySessionStorage({ generateId, cookie })
    const header = await (await intoSessionStore(storage)).commit()
    const id = await createCookie('session', { secrets: [secret] }).parse(header.split(';')[0])
    assert.match(id!, /^[\w-]{22}\.[\w-]{43}$/)
    assert.equal(asked, 0)
  })

  it('are never adopted when nobody knows them', async () => {
    const storage = MemorySessionStorage({ cookie })
    const seal = createCookie('session', { secrets: [secret] })
    const elsewhere = await (await intoSessionStore(MemorySessionStorage({ cookie }))).commit()
    const known = await seal.parse(elsewhere.split(';')[0])
    for (const planted of ['user-1', '__proto__', known!]) {
      const request = new Request(url, {
        headers: { Cookie: (await seal.serialize(planted)).split(';')[0]! },
      })
      const session = await createSessionStore(storage)(request)
      session.set('key', 1)
      const header = await session.commit()
      assert.notEqual(await seal.parse(header.split(';')[0]), planted)
      assert.equal((await createSessionStore(storage)(request.clone())).has('key'), false)
    }
  })

  it('is not given to a visitor before a commit', async () => {
    const visit = new Visit(MemorySessionStorage({ cookie }))
    await visit.open()
    assert.equal(visit.jar.headerFor(url), null)
  })
})

describe('a cookie that our other entries wrote', () => {
  it('can be read, and what does not fit is left out', async () => {
    const seal = createCookie('session', { secrets: [secret] })
    const core = createCookieSessionStorage()
    const session = await core.read(null)
    session.set('name', 'Ada')
    session.set('__theme', 'dark')
    session.set('__flash_notice__', 'of another entry')
    const header = await seal.serialize((await core.save(session))!)
    const storage = CookieSessionStorage({ cookie })
    const read = await intoSessionStore(storage, header)
    const again = await intoSessionStore(storage, await read.commit())
    for (const { get, has } of [read, again]) {
      assert.deepEqual([get('name'), get('__theme'), has('notice__')], ['Ada', 'dark', false])
    }
  })
})
