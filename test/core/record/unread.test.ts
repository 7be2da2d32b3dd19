/* Values are parsed when somebody asks for them, and what nobody has asked for is written again as it was. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createDataVersion } from 'coatcheck/data'
import { createSessionStorage, type SessionEvent } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { anyText, shareOf } from '../../random-cases.ts'

/** What marks the structure of JSON, in texts and keys too. */
const hostile = fc.string({
  unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', ' ', 'ä'),
})
const text = fc.oneof(anyText({ maxLength: 20 }), hostile)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom(0, 1, -1.5, 1e300, true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}))
// To set null is to unset.
const stored = value.filter((one) => one !== null)
const values = fc.uniqueArray(fc.tuple(text, stored), { maxLength: 8, selector: ([key]) => key })

/** A request to a server that has not seen the cookie before. */
const request = (cookie: string | null) => createCookieSessionStorage().read(cookie)

describe('values that nobody has asked for', () => {
  it('are written again with those that were read or set', async () => {
    const isRead = fc.func(fc.boolean())
    const property = fc.asyncProperty(values, isRead, fc.boolean(), async (all, reads, isUsers) => {
      const expected = new Map(JSON.parse(JSON.stringify(all)) as [string, unknown][])
      const storage = createCookieSessionStorage()
      const first = await request(null)
      if (isUsers) first.login('ada')
      for (const [key, one] of all) first.set(key, one)
      first.set('last', 0)
      expected.set('last', 0)
      let cookie = (await storage.save(first))!
      for (let n = 1; n < 4; n++) {
        const session = await request(cookie)
        assert.equal(session.userId, isUsers ? 'ada' : undefined)
        for (const [key, one] of expected) {
          assert.ok(session.has(key))
          if (reads(n, key)) assert.deepEqual(session.get(key), one)
        }
        session.set('last', n)
        expected.set('last', n)
        cookie = (await storage.save(session))!
      }
      const session = await request(cookie)
      assert.deepEqual(new Map(Object.entries(session.data[0])), inOrder(expected))
      assert.equal(session.size, expected.size)
    })
    await fc.assert(property, { numRuns: shareOf(1000) })
  })

  it('keep the version that another release has written', async () => {
    const options = { now: () => 1_700_000_000_000 }
    const dataVersion = createDataVersion({ version: 2, migrate: (values) => values })
    const newer = createCookieSessionStorage({ ...options, dataVersion })
    const first = await newer.read(null)
    first.set('cart', ['book'])
    const cookie = await newer.save(first)
    const storage = createCookieSessionStorage(options)
    for (let n = 0; n < 3; n++) {
      const session = await storage.read(cookie)
      session.set('n', n)
      assert.match((await storage.save(session))!, /"cart":\["book"\].*\{"y":\[2/)
    }
  })

  it('are saved again after a conflict without a second run of an update', async () => {
    const storage = createMemorySessionStorage()
    const first = await storage.read(null)
    first.set('cart', ['book'])
    const cookie = await storage.save(first)
    const [session, other] = [await storage.read(cookie), await storage.read(cookie)]
    other.set('theme', 'dark')
    await storage.save(other)
    // Values of a request that nobody has come before are not read again.
    const fresh = await storage.read(null)
    fresh.set('n', 0)
    for (const one of [session, fresh]) {
      one.set('n', 1)
      await storage.save(one)
      let runs = 0
      one.update('n', (n) => (runs++, n + 1))
      await storage.save(one)
      assert.equal(runs, 1)
      assert.equal((await storage.read(one.id)).get('n'), 2)
    }
  })

  it('are of this request alone after a conflict, though others have read the same record', async () => {
    const storage = createMemorySessionStorage()
    const first = await storage.read(null)
    first.set('cart', ['book'])
    const cookie = await storage.save(first)
    // A record that comes for the second time is remembered.
    for (let n = 0; n < 3; n++) (await storage.read(cookie)).get('cart')
    const [session, other, third] = await Promise.all([1, 2, 3].map(() => storage.read(cookie)))
    other!.set('theme', 'dark')
    await storage.save(other!)
    session!.set('n', 1)
    await storage.save(session!)
    ;(session!.get('cart') as string[]).push('never saved')
    assert.deepEqual(third!.get('cart'), ['book'])
  })

  it('are parsed at once beside a text with so many quotes that its end is slow to find', async () => {
    for (const quotes of [31, 32]) {
      const events: string[] = []
      const onEvent = ({ type }: SessionEvent) => events.push(type)
      const storage = createCookieSessionStorage({ onEvent })
      const first = await storage.read(null)
      first.set('n', 0)
      first.set('text', '"'.repeat(quotes))
      const damaged = (await storage.save(first))!.replace('"n":0', '"n":x')
      const session = await storage.read(damaged)
      assert.equal(session.isNew, quotes > 31)
      assert.deepEqual(events.slice(2), [quotes > 31 ? 'corrupt' : 'loaded'])
    }
  })

  it('are parsed at once where others can have written them', async () => {
    for (const data of [
      '{"cart":[book]}',
      '{"cart":["book"]',
      '{"cart',
      '{"cart":["book"],',
      '[',
    ]) {
      const store = createMemoryStore()
      const events: string[] = []
      const read = async (key: string) => {
        const found = await store.read(key)
        return found && { ...found, value: shortOf(found.value, data) }
      }
      const onEvent = ({ type }: SessionEvent) => events.push(type)
      const storage = createSessionStorage({ ...store, read }, { onEvent })
      const first = await storage.read(null)
      first.set('cart', ['book'])
      const session = await storage.read(await storage.save(first))
      assert.equal(session.get('cart'), undefined)
      assert.deepEqual(events, ['created', 'saved', 'corrupt'])
    }
  })
})

/** The short form of a record, as cookies have it, with other data. */
function shortOf(json: string, data: string): string {
  const { k, s, c, u, i, x } = JSON.parse(json)
  const numbers = [c, u - c, (i - u) / 1000, (x - c) / 1000]
  return [`~${k}${s}`, ...numbers.map((number) => number.toString(36))].join('.') + data
}

/** As an object has its keys. */
function inOrder(map: ReadonlyMap<string, unknown>): Map<string, unknown> {
  return new Map(Object.entries(Object.fromEntries(map)))
}
