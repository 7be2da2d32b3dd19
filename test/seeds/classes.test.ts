// The examples of seed 000, classes: every block in the document's order, with assertions, on our entries.
import assert from 'node:assert/strict'
import process from 'node:process'
import { describe, it } from 'node:test'
import { Cookie as RemixCookie } from '@remix-run/cookie'
import { Cookie } from 'coatcheck/cookie'
import {
  CookieSessionStorage,
  FileSessionStorage,
  MemorySessionStorage,
  Session,
  type SessionStorage,
} from 'coatcheck/compat/classes'
import { temporaryFolder } from '../storages/temporary-folder.ts'

const cookie = new Cookie('session', {
  secrets: ['your-secret-key'],
})

const remixCookie = new RemixCookie('session', {
  secrets: ['your-secret-key'],
})

const storages: Record<string, () => SessionStorage> = {
  'memory storage': () => new MemorySessionStorage(),
  'cookie storage': () => new CookieSessionStorage(cookie),
  'cookie storage with the cookie of @remix-run/cookie': () => new CookieSessionStorage(remixCookie),
  'file storage': () => new FileSessionStorage(temporaryFolder()),
}

describe('Seed 000, the classes', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    it(`Basic Example: keeps what a new session holds (${name})`, async () => {
      const storage = createStorage()

      // Create a new session
      const session = new Session()
      session.set('userId', '123')
      session.set('theme', 'dark')

      // Save the session
      const cookieValue = await storage.update(session.id, session.data)

      // Later, retrieve the session
      const retrievedSession = await storage.read(cookieValue)
      assert.equal(retrievedSession.get('userId'), '123')
      assert.equal(retrievedSession.get('theme'), 'dark')
      assert.ok(retrievedSession instanceof Session)
      assert.equal(retrievedSession.id, session.id)
    })

    it(`Flash Messages: shows a message in the next request only (${name})`, async () => {
      const storage = createStorage()
      const session = new Session()
      session.flash('message', 'Successfully logged in!')
      assert.equal(session.get('message'), undefined)

      // Save and reload
      const cookieValue = await storage.update(session.id, session.data)
      const nextSession = await storage.read(cookieValue)

      assert.equal(nextSession.get('message'), 'Successfully logged in!')

      // On the following request, the flash message is gone
      const cookieValue2 = await storage.update(nextSession.id, nextSession.data)
      const laterSession = await storage.read(cookieValue2)
      assert.equal(laterSession.get('message'), undefined)
      assert.equal(laterSession.has('message'), false)
    })

    it(`Session ID Regeneration: gives a login a new id (${name})`, async () => {
      const storage = createStorage()
      const visitor = await storage.read(null)
      visitor.set('cart', ['apple'])
      const cookieValue = await storage.update(visitor.id, visitor.data)
      const authenticatedUserId = '123'

      const session = await storage.read(cookieValue)

      // User just logged in
      session.regenerateId()
      session.set('userId', authenticatedUserId)

      const newCookieValue = await storage.update(session.id, session.data)

      assert.notEqual(newCookieValue, cookieValue)
      assert.notEqual(session.id, visitor.id)
      const next = await storage.read(newCookieValue)
      assert.equal(next.id, session.id)
      assert.deepEqual(next.data, [{ cart: ['apple'], userId: '123' }, {}])
      if (name.startsWith('cookie')) return
      assert.deepEqual((await storage.read(cookieValue)).data, [{}, {}])
    })

    it(`Destroying Sessions: logs out (${name})`, async () => {
      const storage = createStorage()
      const begun = new Session()
      begun.set('userId', '123')
      const cookieValue = await storage.update(begun.id, begun.data)

      const session = await storage.read(cookieValue)
      session.destroy()

      // This will clear the session
      const emptyValue = await storage.delete(session.id)

      assert.equal(emptyValue, '')
      assert.equal((await storage.read(emptyValue)).get('userId'), undefined)
      assert.equal(session.get('userId'), undefined)
      if (name.startsWith('cookie')) return
      assert.equal((await storage.read(cookieValue)).get('userId'), undefined)
    })
  }

  it('File Storage: takes a directory by a relative path', async () => {
    const home = process.cwd()
    process.chdir(temporaryFolder())
    try {
      const storage = new FileSessionStorage('./sessions')
      const session = new Session()
      session.set('theme', 'dark')
      const cookieValue = await storage.update(session.id, session.data)
      const other = new FileSessionStorage('./sessions')
      assert.equal((await other.read(cookieValue)).get('theme'), 'dark')
    } finally {
      process.chdir(home)
    }
  })

  it('Features: runs on a storage of one’s own, and with handlers of the Fetch API', async () => {
    class CountingStorage implements SessionStorage {
      readonly #inner = new MemorySessionStorage()
      updates = 0
      read(cookieValue: string | null): Promise<Session> {
        return this.#inner.read(cookieValue)
      }
      update(id: string, data: Session['data']): Promise<string> {
        this.updates++
        return this.#inner.update(id, data)
      }
      delete(id: string): Promise<string> {
        return this.#inner.delete(id)
      }
    }
    const storage = new CountingStorage()

    async function handle(request: Request): Promise<Response> {
      const session = await storage.read(await cookie.parse(request.headers.get('Cookie')))
      session.set('count', Number(session.get('count') ?? 0) + 1)
      const value = await storage.update(session.id, session.data)
      const headers = { 'Set-Cookie': await cookie.serialize(value) }
      return new Response(`Count: ${session.get('count')}`, { headers })
    }

    const first = await handle(new Request('https://shop.example/'))
    const [pair = ''] = (first.headers.get('Set-Cookie') ?? '').split(';')
    const second = await handle(new Request('https://shop.example/', { headers: { Cookie: pair } }))
    assert.equal(await second.text(), 'Count: 2')
    assert.equal(storage.updates, 2)
  })
})
