import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createMemorySessionStorage,
  createSessionStorage,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import { secrets } from './kinds.ts'

const cookie = { secrets }
const pairOf = (header: string) => header.split(';', 1)[0]!

function fourFunctions(): SessionStorage {
  const records = new Map<string, string>()
  return createSessionStorage({
    cookie,
    async createData(data) {
      const id = `id-${records.size + 1}-${Math.random()}`
      records.set(id, JSON.stringify(data))
      return id
    },
    async readData(id) {
      const text = records.get(id)
      return text === undefined ? null : JSON.parse(text)
    },
    async updateData(id, data) {
      records.set(id, JSON.stringify(data))
    },
    async deleteData(id) {
      records.delete(id)
    },
  })
}

const kinds = { memory: () => createMemorySessionStorage({ cookie }), strategy: fourFunctions }

for (const [name, create] of Object.entries(kinds)) {
  describe(`what other requests do meanwhile (${name})`, () => {
    async function begin(values: Record<string, unknown>, notice?: string) {
      const storage = create()
      const session = await storage.getSession()
      for (const [key, value] of Object.entries(values)) session.set(key, value)
      if (notice) session.flash('notice', notice)
      return { storage, pair: pairOf(await storage.commitSession(session)) }
    }

    it('keeps a message that replaced the one that was read', async () => {
      const { storage, pair } = await begin({}, 'Saved')
      const reader = await storage.getSession(pair)
      const writer = await storage.getSession(pair)
      assert.equal(reader.get('notice'), 'Saved')
      writer.flash('notice', 'New!')
      await storage.commitSession(writer)
      await storage.commitSession(reader)
      assert.equal((await storage.getSession(pair)).get('notice'), 'New!')
    })

    it('leaves the cookie of a login alone that a late request comes after', async () => {
      const { storage, pair } = await begin({ cart: 1 })
      const session = await storage.getSession(pair)
      const next = pairOf(await storage.commitSession(session, { login: 'ada' }))
      const late = await storage.getSession(pair)
      late.flash('notice', 'late')
      assert.equal(await storage.commitSession(late), '')
      assert.equal((await storage.getSession(next)).get('cart'), 1)
    })

    it('ends a session also when the logout has the id before the login', async () => {
      const { storage, pair } = await begin({ cart: 1 })
      const leaving = await storage.getSession(pair)
      const session = await storage.getSession(pair)
      const next = pairOf(await storage.commitSession(session, { login: 'ada' }))
      await storage.destroySession(leaving)
      assert.equal((await storage.getSession(next)).has('cart'), false)
    })
  })
}

describe('a login under way', () => {
  it('does not leave another user’s data to the commit after it', async () => {
    const storage = createMemorySessionStorage({ cookie })
    const first = await storage.getSession()
    first.set('secret', 'of ada')
    const pair = pairOf(await storage.commitSession(first, { login: 'ada' }))
    const session = await storage.getSession(pair)
    const [, last] = await Promise.all([
      storage.commitSession(session, { login: 'bob' }),
      storage.commitSession(session),
    ])
    assert.deepEqual((await storage.getSession(pairOf(last))).data, {})
  })
})

describe('a maxAge that no browser keeps', () => {
  it('is 400 days on the server too', async () => {
    const storage = createMemorySessionStorage({ cookie })
    for (const maxAge of [1e13, Number.MAX_SAFE_INTEGER]) {
      const session = await storage.getSession()
      session.set('a', 1)
      const header = await storage.commitSession(session, { maxAge })
      assert.equal((await storage.getSession(pairOf(header))).get('a'), 1)
    }
  })
})
