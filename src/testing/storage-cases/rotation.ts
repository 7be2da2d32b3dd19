import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { equal, failsWith, notEqual, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

/** New ids and what becomes of the old ones (P4). */
export const rotationCases: readonly StorageCase[] = [
  {
    name: 'keeps the handle, and changes the id, with regenerateId',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const second = await visit(storage, first.cookie, (s) => s.regenerateId())
      notEqual(second.session.id, first.session.id)
      equal(second.session.handle, first.session.handle)
      const third = await storage.read(second.cookie)
      same([third.id, third.get('a')], [second.session.id, 1])
    },
  },
  {
    name: 'ends the old id at once with login and regenerateId(true) (P4, ASVS 7.2.4)',
    needs: ['server'],
    async run(fixture) {
      for (const retire of ['login', 'regenerateId'] as const) {
        const { storage, types } = watched(fixture)
        const first = await visit(storage, null, (s) => s.set('cart', ['apple']))
        const second = await visit(storage, first.cookie, (s) => {
          if (retire === 'login') s.login('ada')
          else s.regenerateId(true)
        })
        for (const wait of [0, 31_000]) {
          await fixture.clock.pass(wait)
          const old = await storage.read(first.cookie)
          same([old.isNew, old.size, old.userId], [true, 0, undefined], retire)
          equal(types().includes('reused-old-id'), wait > 0)
        }
        same((await storage.read(second.cookie)).get('cart'), ['apple'])
      }
    },
  },
  {
    name: 'does not let a request that comes late with the old id replace the cookie of a login (P4)',
    needs: ['server'],
    async run(fixture) {
      const { storage, types } = watched(fixture, { regenerateGrace: 30 })
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const login = await visit(storage, first.cookie, (s) => s.login('ada'))
      const late = await visit(storage, first.cookie, (s) => s.set('visits', 1))
      same([late.session.isNew, late.saved], [true, null])
      equal(types().at(-1), 'interrupted')
      const again = await visit(storage, first.cookie, (s) => s.login('ada'))
      equal((await storage.read(again.cookie)).userId, 'ada')
      notEqual(again.session.handle, login.session.handle)
      await fixture.clock.pass(4999)
      equal((await visit(storage, first.cookie, (s) => s.set('visits', 1))).saved, null)
      await fixture.clock.pass(1)
      const stray = await visit(storage, first.cookie, (s) => s.set('visits', 1))
      equal((await storage.read(stray.cookie)).get('visits'), 1)
    },
  },
  {
    name: 'keeps the old id readable for the grace, with what it had and nothing newer (P4)',
    needs: ['server'],
    async run({ createStorage, clock }) {
      const storage = createStorage({ regenerateGrace: 30 })
      const first = await visit(storage, null, (s) => s.set('list', [1]))
      const second = await visit(storage, first.cookie, (s) => {
        s.get('list').push(2)
        s.regenerateId()
        s.set('later', true)
      })
      await visit(storage, second.cookie, (s) => s.set('evenLater', true))
      const old = await storage.read(first.cookie)
      same([old.isNew, old.data[0]], [false, { list: [1] }])
      await clock.pass(31_000)
      equal((await storage.read(first.cookie)).isNew, true)
      same(Object.keys((await storage.read(second.cookie)).data[0]).sort(), [
        'evenLater',
        'later',
        'list',
      ])
    },
  },
  {
    name: 'writes under the old id, in its grace, to what that id sees and nothing else (P4)',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const second = await visit(storage, first.cookie, (s) => s.regenerateId())
      const old = await visit(storage, first.cookie, (s) => s.set('a', 'old'))
      equal(old.saved, null, 'the browser must not get the old id back')
      equal((await storage.read(first.cookie)).get('a'), 'old')
      equal((await storage.read(second.cookie)).get('a'), 1)
    },
  },
  {
    name: 'starts a session of its own when somebody logs in with the old id in its grace (P4)',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const second = await visit(storage, first.cookie, (s) => s.regenerateId())
      const login = await visit(storage, first.cookie, (s) => {
        s.set('b', 2)
        s.login('ada')
      })
      const [theirs, own] = [await storage.read(login.cookie), await storage.read(second.cookie)]
      same([theirs.userId, theirs.data[0]], ['ada', { a: 1, b: 2 }])
      same([own.userId, own.data[0]], [undefined, { a: 1 }])
      notEqual(theirs.handle, own.handle)
      equal((await storage.read(first.cookie)).isNew, true)
    },
  },
  {
    name: 'gives a login with the old id its handle at once, so that it can be spared (P4)',
    needs: ['indexed'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const first = await visit(storage, null, (s) => s.login('ada'))
      await visit(storage, first.cookie, (s) => s.regenerateId())
      const session = await storage.read(first.cookie)
      session.login('ada')
      const { handle } = session
      notEqual(handle, first.session.handle)
      equal(await storage.revokeAll('ada', { except: handle }), 1)
      // Its old session has just been ended, and with it the id that it came with.
      equal(await storage.save(session), null)
      same(await storage.sessionsOf('ada'), [])
    },
  },
  {
    name: 'makes no second session of an id in its grace by rotating it (P2, P4)',
    needs: ['server'],
    async run({ createStorage }) {
      for (const deleteOld of [false, true]) {
        const storage = createStorage()
        const first = await visit(storage, null, (s) => s.login('ada'))
        const second = await visit(storage, first.cookie, (s) => s.regenerateId())
        const old = await visit(storage, first.cookie, (s) => s.regenerateId(deleteOld))
        equal(old.saved, null)
        equal((await storage.read(first.cookie)).isNew, deleteOld)
        equal((await storage.read(second.cookie)).userId, 'ada')
        await visit(storage, second.cookie, (s) => s.destroy())
        for (const id of [first.cookie, second.cookie, old.session.id]) {
          equal((await storage.read(id)).isNew, true)
        }
      }
    },
  },
  {
    name: 'leaves the old id as it is when a login with it cannot be saved',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage({ maxBytes: 2000 })
      const first = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, first.cookie, (s) => s.regenerateId())
      const large = await storage.read(first.cookie)
      large.login('ada')
      large.set('large', 'x'.repeat(3000))
      await failsWith('ERR_SESSION_TOO_LARGE', () => storage.save(large))
      const unlucky = await storage.read(first.cookie)
      unlucky.login('ada')
      gate!.fail('write', new Error('full'))
      await failsWith('ERR_SESSION_STORE', () => storage.save(unlucky))
      equal((await storage.read(first.cookie)).get('a'), 1)
    },
  },
  {
    name: 'rotates also what is larger than half of maxBytes: the old id ends at once then',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage({ maxBytes: 2000 })
      const first = await visit(storage, null, (s) => s.set('a', 'x'.repeat(1500)))
      const second = await visit(storage, first.cookie, (s) => s.regenerateId())
      equal((await storage.read(first.cookie)).isNew, true)
      equal((await storage.read(second.cookie)).get('a').length, 1500)
    },
  },
  {
    name: 'ends both ids, whichever of them destroys the session (P4)',
    needs: ['server'],
    async run({ createStorage }) {
      for (const which of [0, 1]) {
        const storage = createStorage()
        const first = await visit(storage, null, (s) => s.set('a', 1))
        const second = await visit(storage, first.cookie, (s) => s.regenerateId())
        const cookies = [first.cookie, second.cookie]
        equal((await visit(storage, cookies[which]!, (s) => s.destroy())).saved, '')
        for (const cookie of cookies) equal((await storage.read(cookie)).isNew, true)
      }
    },
  },
  {
    name: 'leaves nothing when the id is regenerated and the session destroyed in one request',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const { saved } = await visit(storage, first.cookie, (s) => {
        s.regenerateId()
        s.destroy()
      })
      equal(saved, '')
      equal((await storage.read(first.cookie)).isNew, true)
      equal(await gate!.store.read(first.session.handle), undefined)
    },
  },
]
