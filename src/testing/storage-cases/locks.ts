import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { lockOf } from '../../core/session/locked-state.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, ok, same } from '../expect.ts'
import { endOf, opens } from './connections.ts'
import {
  absolute,
  idle,
  lockable,
  loggedIn,
  proved,
  refusedAsLocked,
  second,
  seen,
  seenBy,
  unlockable,
} from './lockable.ts'
import { visit, watched, type StorageCase } from './visit.ts'

/** Sessions that wait for their user after the idle timeout, locked (NIST SP 800-63B-4 §5.2). */
export const lockCases: readonly StorageCase[] = [
  {
    name: 'a locked session shows nothing and takes no change (NIST §5.2)',
    async run({ createStorage, clock }) {
      const storage = createStorage(lockable())
      const end = clock.now() + absolute * second
      const cookie = await loggedIn(storage, (s) => s.flash('message', 'Hello'))
      await clock.pass(idle * second)
      const session = await storage.read(cookie)
      same(lockOf(session), { userId: 'ada', level: 1, context: undefined, expiresAt: end })
      const { userId, level, authenticatedAt, size, data, dirty, destroyed, isNew } = session
      same([userId, level, authenticatedAt], [undefined, undefined, undefined])
      same([size, data, dirty, destroyed, isNew], [0, [{}, {}], false, false, false])
      same([session.get('cart'), session.has('cart')], [undefined, false])
      same([session.get('message'), session.has('message')], [undefined, false])
      equal(session.expiresAt, end)
      for (const change of [
        () => session.set('cart', []),
        () => session.set('cart', null),
        () => session.unset('other'),
        () => session.update('n', () => 1),
        () => session.flash('a', 'b'),
        () => session.flash('a', null),
        () => session.keep('message'),
        () => session.reflash(),
        () => session.regenerateId(),
        () => session.regenerateId(true),
        () => session.persist(true),
      ]) {
        refusedAsLocked(change)
      }
      equal(await storage.save(session), null)
      same(await seenBy(storage, cookie), ['locked'])
    },
  },
  {
    name: 'a session that is read again and again waits as long as any other (NIST §5.2)',
    async run({ createStorage, clock }) {
      const storage = createStorage(lockable(400))
      let { cookie } = await visit(storage, null, (s) => s.set('page', 1))
      const use = async (what: (session: Session) => void) => {
        const session = await storage.read(cookie)
        what(session)
        cookie = (await storage.save(session)) ?? cookie
      }
      for (let i = 0; i < 3; i++) await use(() => {})
      await use((s) => s.login('ada'))
      for (let i = 0; i < 10; i++) {
        await clock.pass((idle / 2) * second)
        await use(() => {})
      }
      await clock.pass(idle * second)
      same(await seenBy(storage, cookie), ['locked'])
      // By now the wait that was counted from the login is over.
      await clock.pass(200 * second)
      same(await seenBy(storage, cookie), ['locked'])
      await clock.pass(200 * second)
      same(await seenBy(storage, cookie), ['gone'])
    },
  },
  {
    name: 'a locked session is as it was once its user has proved who they are, under a new id (NIST §5.2)',
    async run({ createStorage, clock, traits }) {
      const storage = createStorage(lockable())
      const start = clock.now()
      const cookie = await loggedIn(storage, (s) => s.flash('message', 'Hello'))
      await clock.pass(300 * second)
      const session = await proved(storage, cookie)
      same([lockOf(session), session.userId, session.level], [undefined, 'ada', 1])
      same(session.get('cart'), ['tea'])
      session.get('cart').push('milk')
      session.set('n', 1)
      const saved = await storage.save(session)
      ok(saved !== null && saved !== cookie, 'there is no new id')
      equal(session.expiresAt, start + 400 * second)
      if (traits.has('server')) same(await seenBy(storage, cookie), ['gone'])
      const page = await visit(storage, saved)
      same([page.session.get('cart'), page.session.get('n')], [['tea', 'milk'], 1])
      equal(page.session.get('message'), 'Hello')
      equal(page.session.authenticatedAt, start + 300 * second)
      let last = page.cookie
      for (let time = 300; time < 900; time += 60) {
        last = (await visit(storage, last)).cookie
        await clock.pass(60 * second)
      }
      same(await seenBy(storage, last), ['ada'])
      await clock.pass(100 * second)
      same(await seenBy(storage, last), ['gone'])
    },
  },
  {
    name: 'no request keeps a locked session alive, and it waits no longer than it may',
    async run(fixture) {
      const { clock } = fixture
      const { storage, types } = watched(fixture, lockable(300))
      const start = clock.now()
      const cookie = await loggedIn(storage)
      const before = await storage.peek(cookie)
      same(
        [before?.isLocked, before?.expiresAt, before?.waitsUntil],
        [false, start + idle * second, start + 400 * second],
      )
      for (let time = 0; time < 350; time += 50) {
        await clock.pass(50 * second)
        if (time < 50) continue
        const { session, saved } = await visit(storage, cookie)
        same([seen(session), saved], ['locked', null], `after ${time + 50} s`)
        const { userId, isLocked, expiresAt, waitsUntil } = (await storage.peek(cookie))!
        same([userId, isLocked], ['ada', true])
        same([expiresAt, waitsUntil], [start + 400 * second, start + 400 * second])
      }
      await clock.pass(50 * second)
      same(await seenBy(storage, cookie), ['gone'])
      equal(await storage.peek(cookie), undefined)
      equal(types().includes('locked'), true)
      const shorter = fixture.createStorage(lockable(10))
      const other = await loggedIn(storage)
      await clock.pass(105 * second)
      same(await seenBy(shorter, other), ['locked'])
      await clock.pass(5 * second)
      same(
        [...(await seenBy(shorter, other)), ...(await seenBy(storage, other))],
        ['gone', 'locked'],
      )
    },
  },
  {
    name: 'anybody logs in to a locked session as to every other one, and logs out of it',
    async run({ createStorage, clock, traits }) {
      const storage = createStorage(lockable())
      const first = await loggedIn(storage)
      await clock.pass(idle * second)
      const again = await visit(storage, first, (s) => s.login('ada', { level: 2 }))
      same(
        [again.session.userId, again.session.level, again.session.get('cart')],
        ['ada', 2, ['tea']],
      )
      equal((await storage.peek(again.cookie))?.waitsUntil, clock.now() + absolute * second)
      await clock.pass(idle * second)
      const other = await visit(storage, again.cookie, (s) => s.login('grace'))
      const { session } = await visit(storage, other.cookie)
      same([session.userId, session.size, session.level], ['grace', 0, undefined])
      await clock.pass(idle * second)
      const last = await visit(storage, other.cookie, (s) => {
        s.destroy()
        same([lockOf(s), s.userId, s.destroyed], [undefined, undefined, true])
      })
      equal(last.saved, '')
      if (traits.has('server')) same(await seenBy(storage, other.cookie), ['gone'])
    },
  },
  {
    name: 'a session of nobody ends at its idle end, and one that stays logged in waits from its own',
    async run({ createStorage, clock }) {
      const storage = createStorage({
        ...lockable(),
        persistent: { idleTimeout: 300, absoluteTimeout: 2000 },
      })
      const nobodys = (await visit(storage, null, (s) => s.set('a', 1))).cookie
      equal((await storage.peek(nobodys))?.isLocked, undefined)
      const staying = await loggedIn(storage, (s) => s.persist(true))
      await clock.pass(idle * second)
      same(await seenBy(storage, nobodys, staying), ['gone', 'ada'])
      await clock.pass(300 * second)
      same(await seenBy(storage, staying), ['locked'])
      await clock.pass(1599 * second)
      const saved = await storage.save(await proved(storage, staying))
      same(await seenBy(storage, saved), ['ada'])
      await clock.pass(second)
      same(await seenBy(storage, saved), ['gone'])
    },
  },
  {
    name: 'a session waits only if a server with a lock wrote it, and for no server without one',
    async run({ createStorage, clock }) {
      const [without, storage] = [createStorage(unlockable), createStorage(lockable())]
      const older = await loggedIn(without)
      const used = (await visit(storage, await loggedIn(without), (s) => s.set('n', 1))).cookie
      const back = (await visit(without, await loggedIn(storage), (s) => s.set('n', 1))).cookie
      await clock.pass(idle * second)
      same(await seenBy(storage, older, used, back), ['gone', 'locked', 'gone'])
      same(await seenBy(without, used), ['gone'])
      same(await seenBy(storage, used), ['locked'])
    },
  },
  {
    name: 'a request that is still under way at the idle end saves a login, and nothing else',
    async run({ createStorage, clock }) {
      const storage = createStorage(lockable())
      const cookie = await loggedIn(storage)
      const [change, proof] = [await storage.read(cookie), await storage.read(cookie)]
      change.set('cart', ['coffee'])
      proof.reauthenticate()
      await clock.pass(idle * second)
      equal(await storage.save(change), null)
      same(await seenBy(storage, cookie), ['locked'])
      const saved = await storage.save(proof)
      const session = await storage.read(saved)
      same([session.userId, session.get('cart')], ['ada', ['tea']])
    },
  },
  {
    name: 'an id in its grace is locked with what it may see, and proves its user for a session of its own (P4)',
    needs: ['server', 'atomic'],
    async run({ createStorage, clock }) {
      const storage = createStorage({ ...lockable(), idleTimeout: 10 })
      const old = await loggedIn(storage)
      const next = await visit(storage, old, (s) => s.regenerateId())
      const newer = await visit(storage, next.cookie, (s) => s.set('n', 1))
      await clock.pass(10 * second)
      const session = await proved(storage, old)
      same([session.get('cart'), session.get('n')], [['tea'], undefined])
      const saved = await storage.save(session)
      same(await seenBy(storage, saved, old, newer.cookie), ['ada', 'gone', 'gone'])
    },
  },
  {
    name: 'a locked session is listed as one, can be ended, and lasts in the store until then',
    needs: ['indexed'],
    async run({ createStorage, clock, traits }) {
      const storage = createStorage(lockable()) as ServerSessionStorage
      const [first, other] = [await loggedIn(storage), await loggedIn(storage)]
      await clock.pass(60 * second)
      await visit(storage, other)
      await clock.pass(60 * second)
      if (traits.has('sweepable')) await storage.deleteExpired()
      const list = await storage.sessionsOf('ada')
      same(
        list.map(({ label, isLocked }) => [label, isLocked]),
        [
          ['laptop', false],
          ['laptop', true],
        ],
      )
      await storage.revoke(list[1]!.handle, { userId: 'ada' })
      same(await seenBy(storage, first, other), ['gone', 'ada'])
      await clock.pass(idle * second)
      equal((await storage.sessionsOf('ada'))[0]?.isLocked, true)
      equal(await storage.revokeAll('ada'), 1)
      same(await seenBy(storage, other), ['gone'])
    },
  },
  {
    name: 'a live connection ends when its session is locked, and none is opened for one',
    async run({ createStorage, clock }) {
      const storage = createStorage(lockable())
      const open = opens(storage)
      const cookie = await loggedIn(storage)
      const connection = await open(cookie)
      await clock.pass(idle * second)
      equal(await endOf(connection), 'expired')
      equal(await open(cookie), undefined)
      const again = await open(await storage.save(await proved(storage, cookie)))
      equal(again?.session.userId, 'ada')
      again?.close()
    },
  },
]
