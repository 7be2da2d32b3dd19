import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { createSecret } from '../../core/record/id.ts'
import { createSession } from '../../core/session/create-session.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, failsWith, notEqual, ok, same } from '../expect.ts'
import { visit, watched, whileHeld, type StorageCase } from './visit.ts'

const second = 1000

/** What a save does and tells, and what it leaves alone. */
export const saveCases: readonly StorageCase[] = [
  {
    name: 'starts a new session under another handle when there is something at its own (P3)',
    needs: ['server', 'atomic'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage()
      const session = await storage.read(null)
      session.set('a', 1)
      const { handle } = session
      const taken = { replaces: null, expiresAt: clock.now() + 60 * second }
      await gate!.store.write(handle, 'of somebody else', taken)
      const cookie = await storage.save(session)
      const read = await storage.read(cookie)
      equal(read.get('a'), 1)
      notEqual(read.handle, handle)
      equal((await gate!.store.read(handle))!.value, 'of somebody else')
    },
  },
  {
    name: 'does not note a use when another request has written meanwhile (P10)',
    needs: ['server', 'atomic'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage({ idleTimeout: 100 })
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      await clock.pass(50 * second)
      const reading = await storage.read(cookie)
      await visit(storage, cookie, (s) => s.set('b', 2))
      const before = gate!.calls.write
      equal(await storage.save(reading), null)
      equal(gate!.calls.write - before, 1)
    },
  },
  {
    name: 'does not save what has ended by today’s options, though the store still has it (P5)',
    async run({ createStorage, clock }) {
      const { cookie } = await visit(createStorage({ idleTimeout: 100 }), null, (s) =>
        s.set('a', 1),
      )
      const storage = createStorage({ idleTimeout: 50 })
      await clock.pass(49 * second)
      const session = await storage.read(cookie)
      session.set('a', 2)
      await clock.pass(1 * second)
      equal(await storage.save(session), null)
      equal((await storage.read(cookie)).isNew, true)
    },
  },
  {
    name: 'is closed after the saves that are under way, and used no more (P7, P8)',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage() as ServerSessionStorage
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const [late, session] = [await storage.read(cookie), await storage.read(cookie)]
      session.set('a', 2)
      const held = gate!.hold('write')
      const [saved, closings] = await whileHeld(held, storage.save(session), async () => {
        let isClosed = false
        const closing = storage.close().then(() => (isClosed = true))
        const again = storage.close()
        late.set('a', 3)
        await failsWith('ERR_SESSION_STORE', () => storage.save(late))
        await failsWith('ERR_SESSION_STORE', () => storage.read(cookie))
        equal(isClosed, false)
        return [closing, again]
      })
      equal(saved, cookie)
      await Promise.all(closings)
      await failsWith('ERR_SESSION_STORE', () => storage.revoke(session.handle))
      await failsWith('ERR_SESSION_STORE', () => storage.deleteExpired())
    },
  },
  {
    name: 'tells the store when the session ends, so that it can drop it',
    needs: ['sweepable'],
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100 }) as ServerSessionStorage
      await visit(storage, null, (s) => s.set('a', 1))
      await clock.pass(99 * second)
      equal(await storage.deleteExpired(), 0)
      await clock.pass(1 * second)
      equal(await storage.deleteExpired(), 1)
    },
  },
  {
    name: 'tells of a save once it is done, and of a login once',
    needs: ['server', 'atomic'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const { cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const session = await storage.read(cookie)
      session.set('b', 2)
      session.login('ada')
      await visit(fixture.createStorage(), cookie, (s) => s.set('c', 3))
      await storage.save(session)
      const { authenticatedAt } = session
      equal(session.dirty, false)
      equal(await storage.save(session), null)
      await fixture.clock.pass(1 * second)
      session.set('d', 4)
      await storage.save(session)
      equal(session.authenticatedAt, authenticatedAt)
      const count = (type: string) => types().filter((one) => one === type).length
      same([count('saved'), count('login'), count('rotated')], [3, 1, 1])
    },
  },
  {
    name: 'clears the cookie of a new session that is destroyed, if there is one',
    async run({ createStorage }) {
      const storage = createStorage()
      for (const cookie of ['nonsense', `${'h'.repeat(22)}.${createSecret()}`]) {
        equal((await visit(storage, cookie, (s) => s.destroy())).saved, '')
      }
      equal((await visit(storage, null, (s) => s.destroy())).saved, null)
    },
  },
  {
    name: 'clears the cookie also of an id with another secret, or of a damaged record',
    needs: ['server'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const { session, cookie } = await visit(storage, null, (s) => s.set('a', 1))
      const forged = `${session.handle}.${createSecret()}`
      equal((await visit(storage, forged, (s) => s.destroy())).saved, '')
      equal((await storage.read(cookie)).get('a'), 1)
      await visit(storage, 'nonsense')
      equal(types().at(-1), 'tampered')
      const { store } = fixture.gate!
      const { version } = (await store.read(session.handle))!
      const expiresAt = fixture.clock.now() + 60 * second
      await store.write(session.handle, 'damaged', { replaces: version, expiresAt })
      equal((await visit(storage, cookie, (s) => s.destroy())).saved, '')
    },
  },
  {
    name: 'dates a login when it was done, not when it was saved',
    async run({ createStorage, clock }) {
      const storage = createStorage()
      const session = await storage.read(null)
      session.login('ada')
      const at = clock.now()
      await clock.pass(5 * second)
      equal((await storage.read(await storage.save(session))).authenticatedAt, at)
    },
  },
  {
    name: 'keeps the name of the device until the next login names another, or none',
    needs: ['indexed'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const first = await visit(storage, null, (s) => s.login('ada', { label: 'laptop' }))
      await visit(storage, first.cookie, (s) => s.set('a', 1))
      equal((await storage.sessionsOf('ada'))[0]!.label, 'laptop')
      let { cookie } = first
      for (const label of [undefined, null]) {
        const named = await visit(storage, cookie, (s) => s.login('ada', { label: 'phone' }))
        cookie = (await visit(storage, named.cookie, (s) => s.login('ada', { label }))).cookie
        same(
          (await storage.sessionsOf('ada')).map((one) => one.label),
          [undefined],
        )
      }
      const session = await storage.read(null)
      for (const label of [42, {}, [], false] as never[]) {
        await failsWith('ERR_SESSION_CONFIG', () => session.login('ada', { label }))
      }
      same([session.userId, session.dirty], [undefined, false])
    },
  },
  {
    name: 'counts the bytes of a session, not its characters, and takes exactly maxBytes',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const text = 'é'.repeat(1000)
      const { session, cookie } = await visit(createStorage(), null, (s) => s.set('a', text))
      const { value } = (await gate!.store.read(session.handle))!
      const maxBytes = new TextEncoder().encode(value).length
      ok(maxBytes > value.length)
      await visit(createStorage({ maxBytes }), cookie, (s) => s.set('a', text))
      const large = await createStorage({ maxBytes: maxBytes - 1 }).read(cookie)
      large.set('a', text)
      await failsWith('ERR_SESSION_TOO_LARGE', () =>
        createStorage({ maxBytes: maxBytes - 1 }).save(large),
      )
    },
  },
  {
    name: 'makes one session of one object, also when the first of three saves at once fails',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const session = await storage.read(null)
      session.login('ada')
      gate!.fail('write', new Error('full'))
      const saves = [storage.save(session), storage.save(session), storage.save(session)]
      const outcomes = await Promise.allSettled(saves)
      const values = outcomes.map((one) => (one.status === 'fulfilled' ? one.value : 'failed'))
      same(values, ['failed', session.id, null])
    },
  },
  {
    name: 'stores a session that was made without a storage, but not for a message that it was given',
    async run({ createStorage }) {
      const storage = createStorage()
      const made = createSession(undefined, [{ a: 1 }])
      equal((await storage.read(await storage.save(made))).get('a'), 1)
      const other = createSession(undefined, [{}, { message: 'hi' }])
      equal(await storage.save(other), null)
    },
  },
  {
    name: 'makes neither a record nor a cookie of what came and went within a request (P10)',
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const uses: ((session: Session) => void)[] = [
        (s) => s.set('a', undefined),
        (s) => s.unset('a'),
        (s) => {
          s.set('a', 1)
          s.unset('a')
        },
        (s) => {
          s.set('a', [1])
          s.get('a').push(2)
          s.set('a', null)
        },
        (s) => s.update('a', () => null),
        (s) => {
          s.update('a', () => 1)
          s.update('a', () => null)
        },
        (s) => {
          s.flash('notice', 'hi')
          s.flash('notice', null)
        },
        (s) => {
          s.flash('notice', 'hi')
          s.unset('notice')
        },
      ]
      for (const cookie of [null, 'no cookie of ours']) {
        for (const use of uses) {
          const { session, saved } = await visit(storage, cookie, use)
          equal(saved, null, use.toString())
          equal(session.dirty, false)
        }
      }
      equal(gate?.calls.write ?? 0, 0)
      const kept = await visit(storage, null, (s) => s.flash('notice', 'hi'))
      const later = await visit(storage, kept.cookie, (s) => {
        s.set('a', 1)
        s.unset('a')
      })
      equal(later.session.isNew, false)
    },
  },
  {
    name: 'stores the messages that were carried on before there was a record',
    async run({ createStorage }) {
      const storage = createStorage()
      const flash = { one: 1, two: 2 }
      const made = createSession(undefined, [{}, flash])
      made.keep('one')
      const imported = await visit(storage, 'old', (s) => s.reflash(), {
        imported: { values: {}, flash },
      })
      const cookies = [await storage.save(made), imported.cookie]
      const seen = await Promise.all(
        cookies.map(async (cookie) => {
          const session = await storage.read(cookie)
          return [session.get('one'), session.get('two') ?? null]
        }),
      )
      same(seen, [
        [1, null],
        [1, 2],
      ])
    },
  },
]
