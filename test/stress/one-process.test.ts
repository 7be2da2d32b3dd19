import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { temporaryFolder } from '../storages/temporary-folder.ts'

const makers = {
  memory: () => createMemorySessionStorage<Record<string, number>>(),
  fs: () => createFsSessionStorage<Record<string, number>>(temporaryFolder()),
  'durable fs': () =>
    createFsSessionStorage<Record<string, number>>(temporaryFolder(), { durable: true }),
}
const hundred = Array.from({ length: 100 }, (_, n) => n)

for (const [name, make] of Object.entries(makers)) {
  describe(`a hundred requests at once in ${name}`, () => {
    it('keep a hundred keys (P1)', async () => {
      const storage = make()
      const first = await storage.read(null)
      first.set('first', 1)
      const cookie = await storage.save(first)
      const sessions = await Promise.all(hundred.map(() => storage.read(cookie)))
      for (const [n, session] of sessions.entries()) session.set(`key-${n}`, n)
      await Promise.all(sessions.map((session) => storage.save(session)))

      const expected = Object.fromEntries(hundred.map((n) => [`key-${n}`, n]))
      assert.deepEqual((await storage.read(cookie)).data[0], { first: 1, ...expected })
      await storage.close()
    })

    it('count to a hundred with update() (P1)', async () => {
      const storage = make()
      const first = await storage.read(null)
      first.set('first', 1)
      const cookie = await storage.save(first)
      const sessions = await Promise.all(hundred.map(() => storage.read(cookie)))
      for (const session of sessions) session.update('n', (n) => (n ?? 0) + 1)
      await Promise.all(sessions.map((session) => storage.save(session)))
      assert.equal((await storage.read(cookie)).get('n'), 100)
      await storage.close()
    })

    it('keep a hundred keys, and count to a hundred, through a handler (P1)', async () => {
      const storage = make()
      const cookie = createCookie('session', { secrets: ['Vq8mZ1tLw6Yb3Rk0Xc5Nh2Jf9Gd7Sp4A'] })
      let waiting = 0
      let everybodyIsIn!: () => void
      const barrier = new Promise<void>((resolve) => (everybodyIsIn = resolve))
      const handle = withSession({ cookie, storage }, async (request, session) => {
        const { pathname } = new URL(request.url)
        session.update('n', (n) => (n ?? 0) + 1)
        session.set(pathname, 1)
        if (pathname !== '/first') {
          if (++waiting === hundred.length) everybodyIsIn()
          await barrier
        }
        return new Response('ok')
      })
      const first = await handle(new Request('https://example.com/first'))
      const Cookie = first.headers.get('Set-Cookie')!.split(';', 1)[0]!
      const responses = await Promise.all(
        hundred.map((n) =>
          handle(new Request(`https://example.com/${n}`, { headers: { Cookie } })),
        ),
      )
      assert.deepEqual(new Set(responses.map(({ status }) => status)), new Set([200]))

      const value = (await cookie.parse(Cookie))!
      const [values] = (await storage.read(value)).data
      const expected = Object.fromEntries(hundred.map((n) => [`/${n}`, 1]))
      assert.deepEqual(values, { '/first': 1, n: 101, ...expected })
      await storage.close()
    })

    it('do not bring a session back that ended meanwhile (P2)', async () => {
      const storage = make()
      const first = await storage.read(null)
      first.set('first', 1)
      const cookie = await storage.save(first)
      const sessions = await Promise.all(hundred.map(() => storage.read(cookie)))
      for (const [n, session] of sessions.entries()) {
        if (n === 50) session.destroy()
        else session.set(`key-${n}`, n)
      }
      const saved = await Promise.all(sessions.map((session) => storage.save(session)))
      assert.equal(saved[50], '')
      assert.equal((await storage.read(cookie)).isNew, true)
      await storage.close()
    })
  })
}
