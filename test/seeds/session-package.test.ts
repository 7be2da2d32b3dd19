// The examples of seed 002, a session package: the same calls with real assertions, on our entries.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { Session, SessionStorage } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-seed-'))

const storages: Record<string, () => SessionStorage> = {
  'coatcheck/cookie-storage': () => createCookieSessionStorage(),
  'coatcheck/memory-storage': () => createMemorySessionStorage(),
  'coatcheck/fs-storage': () => createFsSessionStorage(directory),
}

describe('Seed 002, the session package', () => {
  after(() => rmSync(directory, { recursive: true, force: true }))

  for (const [name, createStorage] of Object.entries(storages)) {
    it(`persists data across requests (${name})`, async () => {
      const storage = createStorage()

      async function handleRequest(cookie: string | null) {
        const session = await storage.read(cookie)
        session.set('count', Number(session.get('count') ?? 0) + 1)
        return {
          session,
          cookie: await storage.save(session),
        }
      }

      const response1 = await handleRequest(null)
      assert.equal(response1.session.get('count'), 1)

      const response2 = await handleRequest(response1.cookie)
      assert.equal(response2.session.get('count'), 2)

      const response3 = await handleRequest(response2.cookie)
      assert.equal(response3.session.get('count'), 3)
    })

    it(`keeps flash messages for the next request only (${name})`, async () => {
      const storage = createStorage()

      async function requestIndex(cookie: string | null) {
        const session = await storage.read(cookie)
        return { session, cookie: await storage.save(session) }
      }

      async function requestSubmit(cookie: string | null) {
        const session = await storage.read(cookie)
        session.flash('message', 'success!')
        return { session, cookie: await storage.save(session) }
      }

      const response1 = await requestIndex(null)
      assert.equal(response1.session.get('message'), undefined)

      const response2 = await requestSubmit(response1.cookie)
      assert.equal(response2.session.get('message'), undefined)

      const response3 = await requestIndex(response2.cookie)
      assert.equal(response3.session.get('message'), 'success!')
      assert.equal(await storage.save(response3.session), null, 'saved already, message and all')

      const response4 = await requestIndex(response3.cookie)
      assert.equal(response4.session.get('message'), undefined)
    })

    it(`regenerates the id at a login, and keeps the data (${name})`, async () => {
      const sessionStorage = createStorage()

      async function requestIndex(cookie: string | null) {
        const session = await sessionStorage.read(cookie)
        return { session, cookie: await sessionStorage.save(session) }
      }

      async function requestLogin(cookie: string | null) {
        const session = await sessionStorage.read(cookie)
        session.set('userId', 'mj')
        session.regenerateId()
        return { session, cookie: await sessionStorage.save(session) }
      }

      const response1 = await requestIndex(null)
      assert.equal(response1.session.get('userId'), undefined)

      const response2 = await requestLogin(response1.cookie)
      assert.notEqual(response2.session.id, response1.session.id)

      const response3 = await requestIndex(response2.cookie)
      assert.equal(response3.session.get('userId'), 'mj')
    })

    it(`ends the session at a logout, and clears the id on the client (${name})`, async () => {
      const sessionStorage = createStorage()
      const begun = await sessionStorage.read(null)
      begun.set('userId', 'mj')
      const cookie = await sessionStorage.save(begun)

      async function requestLogout(logoutCookie: string | null) {
        const session = await sessionStorage.read(logoutCookie)
        session.destroy()
        return { cookie: await sessionStorage.save(session) }
      }

      const response = await requestLogout(cookie)
      assert.equal(response.cookie, '')

      const next = await sessionStorage.read(response.cookie)
      assert.equal(next.get('userId'), undefined)
      assert.equal(next.isNew, true)
      assert.notEqual(next.id, begun.id)

      // Cookie storage has nothing on the server that it could delete.
      if (name === 'coatcheck/cookie-storage') return
      assert.equal((await sessionStorage.read(cookie)).get('userId'), undefined)
    })

    it(`has the methods and properties of the API reference (${name})`, async () => {
      const storage = createStorage()
      const session: Session = await storage.read(null)
      session.set('a', 1)
      assert.equal(session.get('a'), 1)
      assert.equal(session.has('a'), true)
      session.unset('a')
      assert.equal(session.has('a'), false)
      session.set('b', 2)
      assert.equal(typeof session.id, 'string')
      assert.deepEqual(session.data[0], { b: 2 })
    })
  }

  it('regenerateId(true) leaves nothing under the old id, regenerateId() does for a while', async () => {
    for (const [deleteOld, expected] of [
      [true, undefined],
      [false, 'cart'],
    ] as const) {
      const storage = createFsSessionStorage(directory)
      const begun = await storage.read(null)
      begun.set('seen', 'cart')
      const cookie = await storage.save(begun)
      const session = await storage.read(cookie)
      session.regenerateId(deleteOld)
      await storage.save(session)
      assert.equal((await storage.read(cookie)).get('seen'), expected)
      await storage.close()
    }
  })
})
