import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { SessionEvent } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { shareOf } from '../../random-cases.ts'

/** What a cookie of cookie storage held, what it says, and what it becomes once `again` is set to true. */
interface RecordVector {
  about: string
  context?: string
  loginContext?: object
  text: string
  readAt: number
  id: string
  userId?: string
  createdAt: number
  authenticatedAt?: number
  values: object
  flash: object
  next: string
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../../test/vectors/records.json', import.meta.url), 'utf8'),
) as { json: RecordVector[]; short: RecordVector[] }

const start = Date.UTC(2026, 0, 1)
const day = 86_400_000

function storageAt(now: number, context?: string, events: SessionEvent[] = []) {
  return createCookieSessionStorage({
    context,
    now: () => now,
    onEvent: (event) => events.push(event),
  })
}

for (const [form, list] of Object.entries(vectors)) {
  describe(`a cookie’s record in the ${form} form`, () => {
    for (const vector of list) {
      it(`still opens: ${vector.about}`, async () => {
        const session = await storageAt(vector.readAt, vector.context).read(vector.text)
        assert.equal(session.isNew, false)
        assert.equal(session.id, vector.id)
        assert.equal(session.handle, vector.id.slice(0, 22))
        assert.equal(session.userId, vector.userId)
        assert.equal(session.createdAt, vector.createdAt)
        assert.equal(session.authenticatedAt, vector.authenticatedAt)
        assert.deepEqual(session.context, vector.loginContext)
        const [values, flash] = session.data
        assert.equal(JSON.stringify(values), JSON.stringify(vector.values))
        assert.equal(JSON.stringify(flash), JSON.stringify(vector.flash))
      })

      it(`is written again with the same id, as short as it can be: ${vector.about}`, async () => {
        const storage = storageAt(vector.readAt, vector.context)
        const session = await storage.read(vector.text)
        session.set('again', true)
        assert.equal(await storage.save(session), vector.next)
        assert.equal((await storage.read(vector.next)).id, vector.id)
      })
    }

    it('is of its context only', async () => {
      for (const { context, text, readAt } of list) {
        for (const other of [undefined, 'shop', 'shop.admin', 'admin']) {
          const { isNew } = await storageAt(readAt, other).read(text)
          assert.equal(isNew, other !== context)
        }
      }
    })

    it('never throws, whatever becomes of it', async () => {
      const texts = fc.constantFrom(...list.map(({ text }) => text))
      const piece = fc.oneof(
        fc.constantFrom('~', '.', '{', '}', '[', ']', ',', '!', '-', '0', '"', 'null', '__proto__'),
        fc.string({ maxLength: 4 }),
      )
      const changed = fc
        .tuple(texts, fc.nat(), fc.nat(6), piece)
        .map(([text, from, length, put]) => {
          const at = from % (text.length + 1)
          return text.slice(0, at) + put + text.slice(at + length)
        })
      await fc.assert(
        fc.asyncProperty(changed, async (text) => {
          const storage = storageAt(start + 1000)
          const session = await storage.read(text)
          session.set('a', 1)
          const again = await storage.read(await storage.save(session))
          assert.equal(again.isNew, false)
          assert.equal(again.id, session.id)
        }),
        { numRuns: shareOf(2000) },
      )
    })
  })
}

describe('the short form', () => {
  const whole = vectors.short[0]!.text

  it('is a new session when it is damaged', async () => {
    const damages = {
      'another version': whole.replace('~', '!'),
      'no mark': whole.slice(1),
      'a shorter handle': whole.replace(/^~./, '~'),
      'a longer secret': whole.replace('.', 'x.'),
      'an empty instant': whole.replace('.0.', '..'),
      'no instant': whole.replace('.0.', '.'),
      'an instant too many': whole.replace('{', '.0.0{'),
      'an instant in capitals': whole.replace('.1uo0.', '.1UO0.'),
      'an instant that is too long': whole.replace('.0.', `.${'z'.repeat(12)}.`),
      'a start before time began': whole.replace('.mj', '.-mj'),
      'an end before time began': whole.replace('.1jk00', '.-mjuohs00'),
      'text after it': `${whole}}`,
      'half of its data': whole.slice(0, -1),
      'no bracket before its data': whole.replace(/\{.*$/, '__":{"x":1}}'),
      'no quote before its first key': whole.replace('{"', '{_'),
      'data that is null': whole.replace(/\{.*$/, 'null'),
      'data that is a list': whole.replace(/\{.*$/, '[]'),
      'data in a list': whole.replace(/\{.*$/, '[{"count":1}]'),
      'a rest that is null': whole.replace(/\{.*$/, '[{"count":1},null]'),
      'a rest that is a list': whole.replace(/\{.*$/, '[{"count":1},[]]'),
      'a rest that is a text': whole.replace(/\{.*$/, '[{"count":1},"o"]'),
      'more than a rest': whole.replace(/\{.*$/, '[{"count":1},{},{}]'),
      'no data beside the rest': whole.replace(/\{.*$/, '[5,{"o":"ada"}]'),
      'a user that is no text': whole.replace(/\{.*$/, '[{"count":1},{"o":5}]'),
      'messages that are none': whole.replace(/\{.*$/, '[{"count":1},{"f":5}]'),
      'a context that is a list': whole.replace(/\{.*$/, '[{"count":1},{"h":{"x":[]}}]'),
      'a context of more than texts': whole.replace(/\{.*$/, '[{"count":1},{"h":{"x":{"a":{}}}}]'),
    }
    for (const [damage, text] of Object.entries(damages)) {
      assert.notEqual(text, whole, damage)
      const events: SessionEvent[] = []
      const read = await storageAt(start + 1000, undefined, events).read(text)
      assert.deepEqual([read.isNew, read.size], [true, 0], damage)
      const told = events.map((event) => event.type)
      assert.ok(['corrupt', 'tampered'].includes(told.join()), `${damage}: ${told.join()}`)
    }
    assert.equal((await storageAt(start + 1000).read(whole)).isNew, false)
  })

  it('takes nothing but what is beside the data from its rest', async () => {
    const other =
      '"v":9,"k":"k","s":"s","c":1,"u":1,"i":1,"x":1,"a":1,"d":{"count":2},"y":1,"o":"ada"'
    const text = whole.replace(/\{.*$/, `[{"count":1},{${other}}]`)
    const session = await storageAt(start + 1000).read(text)
    const { id, createdAt, authenticatedAt } = vectors.short[0]!
    assert.deepEqual([session.id, session.userId], [id, 'ada'])
    assert.deepEqual([session.createdAt, session.authenticatedAt], [createdAt, authenticatedAt])
    assert.equal(session.get('count'), 1)
  })

  it('is what no release takes for JSON, or for a context', async () => {
    for (const { text, context = '' } of vectors.short) {
      assert.throws(() => JSON.parse(text))
      assert.match(text.slice(context.length), /^[^A-Za-z0-9._{-]/)
    }
  })

  it('takes at most 120 bytes of Set-Cookie more than the data sealed by hand', async () => {
    const data = { count: 1, theme: 'dark' }
    // A nonce and a tag of AES-GCM and the JSON, in base64url.
    const byHand = Math.ceil(((12 + JSON.stringify(data).length + 16) * 4) / 3)
    let now = start
    const storage = createCookieSessionStorage({ now: () => now })
    const cookie = createCookie('session', { secrets: ['a secret of 32 characters or more'] })
    let value: string | null = null
    for (let age = 0; age < 25 * day; age += day / 2 + 1) {
      now = start + age
      const session = await storage.read(value)
      for (const [key, one] of Object.entries(data)) session.set(key, one)
      value = await storage.save(session)
      const [pair] = (await cookie.serialize(value!)).split(';', 1)
      const more = pair!.length - 'session='.length - byHand
      assert.ok(more <= 120, `${more} bytes more at the age of ${age} ms`)
    }
  })
})

describe('the id of a session in its cookie', () => {
  it('has 128 random bits that nobody sees, of its own and at each rotation', async () => {
    const storage = createCookieSessionStorage()
    const ids = new Set<string>()
    for (let i = 0; i < 1000; i++) {
      const session = await storage.read(null)
      ids.add(session.id.slice(23))
      session.regenerateId()
      ids.add(session.id.slice(23))
      session.login('ada')
      ids.add(session.id.slice(23))
      assert.match(session.id, /^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}$/)
      const { id } = session
      const next = await storage.read(await storage.save(session))
      assert.equal(next.id, id)
      next.regenerateId()
      ids.add(next.id.slice(23))
      const imported = await storage.read(null, { imported: { values: { a: 1 } } })
      ids.add(imported.id.slice(23))
    }
    assert.equal(ids.size, 5000)
    assert.ok([...ids].every((secret) => Buffer.from(secret, 'base64url').length === 16))
  })

  it('is none of a store’s, which is not even asked', async () => {
    const events: SessionEvent[] = []
    const onEvent = (event: SessionEvent) => events.push(event)
    const storage = createMemorySessionStorage({ onEvent })
    const { id } = await createCookieSessionStorage().read(null)
    assert.equal((await storage.read(id)).isNew, true)
    const [event] = events
    assert.equal(event?.type === 'tampered' && event.reason, 'id')
  })
})
