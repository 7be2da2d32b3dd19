import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CookieSizeError, SessionError } from 'coatcheck'
import { createSessionStorage } from 'coatcheck/compat/react-router'
import * as reactRouter from 'react-router'
import { kinds, secrets, seen, sentBack, visit, withClock } from './kinds.ts'

const ours = kinds.filter(({ name }) => name !== 'strategy')

for (const { name, create } of kinds) {
  describe(`what a session keeps (${name})`, () => {
    it('is any JSON, null too', async () => {
      const storage = create()
      const data = {
        a: null,
        b: '',
        c: 0,
        d: false,
        e: [],
        f: {},
        g: [null, { h: 'ü' }],
        __proto__: 1,
      }
      const cookie = await visit(storage, null, (session) => {
        for (const [key, value] of Object.entries(data)) session.set(key, value)
      })
      const session = await storage.getSession(cookie)
      assert.deepEqual(session.data, { ...data })
      assert.equal(session.has('a'), true)
      assert.equal(session.get('a'), null)
    })

    it('is what JSON makes of Dates and of undefined', async () => {
      const storage = create()
      const date = new Date('2031-05-01T00:00:00Z')
      const cookie = await visit(storage, null, (session) => {
        session.set('date', date)
        session.set('deep', { when: [date], nothing: undefined, bare: Object.create(null) })
        session.set('list', [undefined, 1])
        session.set('nothing', undefined)
        session.set('never', new Date(Number.NaN))
      })
      const text = date.toISOString()
      const session = await storage.getSession(cookie)
      assert.deepEqual(session.data, {
        date: text,
        deep: { when: [text], bare: {} },
        list: [null, 1],
        never: null,
      })
      session.set('date', undefined)
      assert.equal(
        'date' in (await seen(storage, sentBack(await storage.commitSession(session)))),
        false,
      )
    })

    it('is what an object has become in place, without a set', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => {
        session.set('cart', { items: ['hat'] })
        session.get('cart').items.push('coat')
      })
      const session = await storage.getSession(cookie)
      session.get('cart').items.push('scarf')
      const second = sentBack(await storage.commitSession(session))
      session.data['cart'].items.push('gloves')
      const third = sentBack(await storage.commitSession(session))
      const items = ['hat', 'coat', 'scarf', 'gloves']
      assert.deepEqual(await seen(storage, third), { cart: { items } })
      assert.notEqual(second, null)
    })

    it('is what JSON makes of a Date that an object got in place', async () => {
      const storage = create()
      const date = new Date('2031-05-01T00:00:00Z')
      const cookie = await visit(storage, null, (session) => session.set('user', { name: 'ada' }))
      const session = await storage.getSession(cookie)
      session.get('user').since = date
      for (let i = 0; i < 2; i++) {
        const sent = sentBack(await storage.commitSession(session))
        const expected = { user: { name: 'ada', since: date.toISOString() } }
        assert.deepEqual(await seen(storage, sent), expected)
      }
    })

    it('shares nothing with the objects of a request that is over', async () => {
      const storage = create()
      const cart = ['hat']
      const cookie = await visit(storage, null, (session) => session.set('cart', cart))
      cart.push('coat')
      const read = await storage.getSession(cookie)
      read.get('cart').push('scarf')
      assert.deepEqual(await seen(storage, cookie), { cart: ['hat'] })
    })
  })
}

for (const { name, create } of ours) {
  describe(`what JSON would lose (${name})`, () => {
    class Point {
      x = 1
    }
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    const lost: [string, unknown][] = [
      ['a Map', new Map([[1, 2]])],
      ['a Set', new Set([1])],
      ['NaN', Number.NaN],
      ['Infinity', Number.POSITIVE_INFINITY],
      ['a function', () => {}],
      ['a symbol', Symbol('s')],
      ['a BigInt', 1n],
      ['an instance of a class', new Point()],
      ['a cycle', cycle],
      ['a Map beside a Date', { date: new Date(), map: new Map() }],
      ['a Map inside', [{ deep: new Map() }]],
      ['a function inside', { run() {} }],
      ['a symbol inside', [Symbol('s')]],
    ]
    for (const [what, value] of lost) {
      it(`is refused, and nothing is stored: ${what}`, async () => {
        const storage = create()
        const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
        const session = await storage.getSession(cookie)
        session.set('user', 'eve')
        session.set('value', value)
        const error = { code: 'ERR_SESSION_VALUE', key: 'value', message: /value/ }
        await assert.rejects(storage.commitSession(session), error)
        assert.deepEqual(await seen(storage, cookie), { user: 'ada' })
        session.unset('value')
        const kept = sentBack(await storage.commitSession(session))
        assert.deepEqual(await seen(storage, kept), { user: 'eve' })
      })
    }
  })
}

describe('a strategy', () => {
  it('may keep what JSON cannot: it gets the values as they are', async () => {
    const rows = new Map<string, object>()
    const storage = createSessionStorage({
      cookie: { secrets },
      async createData(data) {
        rows.set('id', structuredClone(data))
        return 'id'
      },
      readData: async (id) => structuredClone(rows.get(id) ?? null),
      updateData: async (id, data) => void rows.set(id, structuredClone(data)),
      deleteData: async (id) => void rows.delete(id),
    })
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    const data = { map: new Map([[1, 2]]), date: new Date(0), big: 2n, cycle, nan: Number.NaN }
    const cookie = await visit(storage, null, (session) => {
      for (const [key, value] of Object.entries(data)) session.set(key, value)
    })
    const session = await storage.getSession(cookie)
    assert.deepEqual(session.data, data)
    session.get('map').set(3, 4)
    session.get('date').setTime(1)
    session.set('big', 3n)
    await storage.commitSession(session)
    assert.deepEqual(await seen(storage, cookie), {
      map: new Map([
        [1, 2],
        [3, 4],
      ]),
      date: new Date(1),
      big: 3n,
      cycle,
      nan: Number.NaN,
    })
  })
})

describe('a session too big for its cookie', () => {
  const [{ create } = assert.fail()] = kinds

  for (const length of [3100, 5000, 70_000, 500_000]) {
    it(`is refused in the words that applications look for: ${length} letters`, async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => session.set('user', 'ada'))
      const session = await storage.getSession(cookie)
      session.set('small', 'x')
      session.set('big', 'x'.repeat(length))
      await assert.rejects(storage.commitSession(session), (error) => {
        assert.ok(error instanceof SessionError)
        assert.equal(error.code, 'ERR_SESSION_COOKIE_SIZE')
        const [, size] = /^Cookie length will exceed browser maximum\. Length: (\d+)$/.exec(
          error.message,
        )!
        assert.ok(Number(size) > 4096)
        assert.ok(Number(size) > length)
        return true
      })
      session.unset('big')
      const kept = sentBack(await storage.commitSession(session))
      assert.deepEqual(await seen(storage, kept), { user: 'ada', small: 'x' })
    })
  }

  it('is refused with its biggest keys, as the cause', async () => {
    const storage = create()
    const session = await storage.getSession()
    session.set('small', 'x')
    session.set('big', 'x'.repeat(5000))
    await assert.rejects(storage.commitSession(session), ({ cause }: SessionError) => {
      assert.ok(cause instanceof CookieSizeError)
      assert.equal(cause.keys[0]?.key, 'big')
      assert.equal(cause.limit, 4096)
      assert.match(cause.message, /^Cookie "__session" is/)
      return true
    })
  })

  function tooLong(length: number) {
    return ({ message, cause }: SessionError) => {
      assert.equal(message, `Cookie length will exceed browser maximum. Length: ${length}`)
      assert.ok(cause instanceof CookieSizeError)
      assert.ok(cause.message.startsWith(`Cookie "sid" is ${length} bytes`))
      assert.equal(cause.keys[0]?.key, 'big')
      return true
    }
  }

  it('is one whose whole header is over 4,096 bytes', () =>
    // With the age of a session its text gets longer.
    withClock(async () => {
      const commit = async (path: string) => {
        const storage = create({ name: 'sid', secrets, path })
        const session = await storage.getSession()
        session.set('big', 'x'.repeat(2500))
        return storage.commitSession(session)
      }
      const left = 4096 - (await commit('/')).length
      assert.ok(left > 0)
      const longest = `/${'a'.repeat(left)}`
      assert.equal((await commit(longest)).length, 4096)
      await assert.rejects(commit(`${longest}a`), tooLong(4097))
    }))

  it('is the same in a cookie that React Router made', async () => {
    let length = 0
    const cookie = reactRouter.createCookie('sid', { secrets })
    const watched: reactRouter.Cookie = {
      ...cookie,
      async serialize(value, options) {
        const header = await cookie.serialize(value, options)
        length = header.length
        return header
      },
    }
    const storage = create(watched)
    const session = await storage.getSession()
    session.set('big', 'x'.repeat(3500))
    const error = await storage.commitSession(session).catch((thrown) => thrown)
    assert.ok(length > 4096)
    assert.ok(tooLong(length)(error))
  })
})
