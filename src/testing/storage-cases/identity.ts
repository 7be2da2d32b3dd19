import { createSessionId } from '../../core/record/id.ts'
import { equal, failsWith, notEqual, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

/** Ids, login and the end of a session. */
export const identityCases: readonly StorageCase[] = [
  {
    name: 'takes what cannot be an id for a new session, without asking the store',
    async run(fixture) {
      const { storage } = watched(fixture)
      const { handle } = await storage.read(null)
      const paths = ['.', '..', '../../etc/passwd', 'a/b', 'a\\b', '%2e%2e', '\u0000', 'CON', '*']
      const texts = ['x'.repeat(10_000), 'ünïcode', 'constructor', '__proto__', 'a b', 'a\r\nb']
      const secrets = ['', 's'.repeat(22), `${'s'.repeat(42)}=`, 's'.repeat(44)]
      const nearly = [handle, `.${'s'.repeat(43)}`, ...secrets.map((one) => `${handle}.${one}`)]
      const bad = [...paths, ...texts, ...nearly, '{}', '[]', '"x"']
      for (const value of bad) {
        const session = await storage.read(value)
        same([session.isNew, session.size], [true, 0], value.slice(0, 40))
      }
      equal(fixture.gate?.calls.read ?? 0, 0, 'reads')
    },
  },
  {
    name: 'never adopts an id that it did not issue (P3)',
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
    name: 'keeps nothing that could be used as a cookie (P3)',
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
    name: 'gives each visitor an id of their own',
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
      ]
      for (const change of changes) await failsWith('ERR_SESSION_DESTROYED', change)
      session.destroy()
      same([session.userId, session.authenticatedAt], [undefined, undefined])
      equal(await storage.save(session), '')
    },
  },
  {
    name: 'writes nothing and clears nothing when a new session is destroyed',
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
    name: 'cannot end a copy of the cookie without revocations: it lives until its timeouts (ASVS 7.4.1)',
    lacks: 'revocable',
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
