import { createSessionId } from '../../core/id.ts'
import type { ServerSessionStorage } from '../../core/session-storage.ts'
import { equal, failsWith, notEqual, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

/** Ids, rotation, login and the end of a session. */
export const identityCases: readonly StorageCase[] = [
  {
    name: 'S-04 takes what cannot be an id for a new session, without asking the store',
    async run(fixture) {
      const { storage } = watched(fixture)
      const { handle } = await storage.read(null)
      const paths = ['.', '..', '../../etc/passwd', 'a/b', 'a\\b', '%2e%2e', '\u0000', 'CON', '*']
      const texts = ['x'.repeat(10_000), 'ünïcode', 'constructor', '__proto__', 'a b', 'a\r\nb']
      const nearly = [`${handle}.`, `.${'s'.repeat(43)}`, `${handle}.${'s'.repeat(42)}=`, handle]
      const bad = [...paths, ...texts, ...nearly, '{}', '[]', '"x"']
      for (const value of bad) {
        const session = await storage.read(value)
        same([session.isNew, session.size], [true, 0], value.slice(0, 40))
      }
      equal(fixture.gate?.calls.read ?? 0, 0, 'reads')
    },
  },
  {
    name: 'S-03 never adopts an id that it did not issue (P3)',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const forged = createSessionId()
      const { session, cookie } = await visit(storage, forged, (s) => s.set('a', 1))
      notEqual(session.id, forged)
      notEqual(cookie, forged)
      equal(await gate!.store.read(forged.split('.')[0]!), undefined)
      equal((await storage.read(forged)).isNew, true)
    },
  },
  {
    name: 'S-05 keeps nothing that could be used as a cookie (P3)',
    needs: ['server'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const { cookie, session } = await visit(storage, null, (s) => s.set('a', 1))
      const [handle, secret] = cookie!.split('.')
      equal(handle, session.handle)
      const { value } = (await fixture.gate!.store.read(handle!))!
      ok(!value.includes(secret!), 'the secret is in the store')
      for (const [hash] of value.matchAll(/[A-Za-z0-9_-]{43}/g)) {
        equal((await storage.read(`${handle}.${hash}`)).isNew, true)
      }
      ok(types().includes('tampered'))
    },
  },
  {
    name: 'S-09 gives each visitor an id of their own',
    async run({ createStorage }) {
      const storage = createStorage()
      const visits = await Promise.all(
        Array.from({ length: 50 }, (_, i) => visit(storage, null, (s) => s.set('n', i))),
      )
      equal(new Set(visits.map(({ session }) => session.id)).size, 50)
      equal(new Set(visits.map(({ session }) => session.handle)).size, 50)
      for (const [i, { cookie }] of visits.entries()) {
        equal((await storage.read(cookie)).get('n'), i)
      }
    },
  },
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
    name: 'S-06 S-07 ends the old id at once with login and regenerateId(true) (P4)',
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
      await fixture.clock.pass(30_000)
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
      equal(await storage.save(session), '')
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
  {
    name: 'reads as empty after destroy, and refuses every change',
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie } = await visit(storage, null, (s) => {
        s.set('a', 1)
        s.flash('b', 2)
      })
      const session = await storage.read(cookie)
      session.destroy()
      same([session.get('a'), session.has('a'), session.get('b')], [undefined, false, undefined])
      same([session.data, session.size, session.destroyed], [[{}, {}], 0, true])
      const changes = [
        () => session.set('a', 2),
        () => session.set('a', null),
        () => session.unset('a'),
        () => session.delete('x'),
        () => session.update('a', () => 1),
        () => session.flash('a', 1),
        () => session.flash('a', null),
        () => session.keep('b'),
        () => session.reflash(),
        () => session.regenerateId(),
        () => session.login('ada'),
        () => session.destroy(),
      ]
      for (const change of changes) await failsWith('ERR_SESSION_DESTROYED', change)
      same([session.userId, session.authenticatedAt], [undefined, undefined])
      equal(await storage.save(session), '')
    },
  },
  {
    name: 'S-14 S-15 writes nothing and clears nothing when a new session is destroyed',
    async run({ createStorage, gate }) {
      const { saved } = await visit(createStorage(), null, (s) => s.destroy())
      equal(saved, null)
      same([gate?.calls.write ?? 0, gate?.calls.delete ?? 0], [0, 0])
    },
  },
  {
    name: 'logs in: user, label, time and what the visitor had',
    async run({ createStorage, clock }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('cart', ['apple']))
      await clock.pass(5000)
      const second = await visit(storage, first.cookie, (s) => {
        s.login('ada', { label: 'Firefox on Linux' })
        same([s.userId, s.authenticatedAt], ['ada', clock.now()])
      })
      const session = await storage.read(second.cookie)
      same([session.userId, session.get('cart')], ['ada', ['apple']])
      equal(session.createdAt, first.session.createdAt)
      equal(session.authenticatedAt, second.session.authenticatedAt)
      await failsWith('ERR_SESSION_CONFIG', () => session.login(''))
    },
  },
  {
    name: 'drops what belonged to another user when somebody else logs in',
    async run({ createStorage }) {
      const storage = createStorage()
      const ada = await visit(storage, null, (s) => {
        s.login('ada')
        s.set('secret', 'of ada')
        s.flash('message', 'for ada')
      })
      const again = await visit(storage, ada.cookie, (s) => {
        s.login('ada')
        equal(s.get('secret'), 'of ada')
        s.reflash()
      })
      const grace = await visit(storage, again.cookie, (s) => {
        s.login('grace')
        same([s.get('secret'), s.get('message')], [undefined, undefined])
      })
      const session = await storage.read(grace.cookie)
      same([session.userId, session.size], ['grace', 0])
    },
  },
  {
    name: 'S-11 cannot end a copy of the cookie without isRevoked: it lives until its timeouts',
    lacks: 'server',
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 60 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      equal((await visit(storage, cookie, (s) => s.destroy())).saved, '')
      equal((await storage.read(cookie)).get('a'), 1)
      await clock.pass(60_000)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
]
