import { Cookie } from '../../core/cookie/cookie.ts'
import type { SessionEvent } from '../../core/events.ts'
import type { SessionStorage } from '../../core/life-cycle/session-storage.ts'
import { createSessionCheck, type SessionVerdict } from '../../core/serving/session-check.ts'
import { createVisits, type Visit } from '../../core/serving/visit.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, ok, same } from '../expect.ts'
import { ender, loggedIn } from './ender.ts'
import { visit, watched, whileHeld, type StorageCase } from './visit.ts'

const cookie = new Cookie('__Host-session', {
  secrets: ['only for the cases of storages: Jt4c-W8nZ'],
})
const url = 'https://shop.example/'

/** A request with this cookie value, through middleware whose check says this. */
async function open(
  storage: SessionStorage,
  value: string | null,
  judge: () => SessionVerdict | Promise<SessionVerdict>,
): Promise<Visit<Awaited<ReturnType<SessionStorage['read']>>>> {
  const [pair = ''] = (await cookie.serialize(value!)).split(';')
  const visits = createVisits(cookie, storage, { check: createSessionCheck(judge) })
  return visits.open({ method: 'GET', url, headers: new Headers({ cookie: pair }) })
}

const rotate = (session: Session) => session.regenerateId()
const kill = (session: Session) => session.regenerateId(true)
const change = (session: Session) => session.set('a', 1)

/** What leaves a session the one that it was. */
const otherwiseUsed: Readonly<Record<string, readonly ((session: Session) => void)[]>> = {
  'a change': [change],
  'a new id': [rotate],
  'two new ids': [rotate, rotate],
  'more new ids than are remembered': Array.from({ length: 11 }, () => rotate),
  'an id that is ended': [rotate, kill, change, rotate],
}

/** What an app's check makes of stored sessions. */
export const checkedCases: readonly StorageCase[] = [
  {
    name: 'ends a session for its check, and says so',
    needs: ['revocable'],
    async run(fixture) {
      const { storage, events } = watched(fixture)
      const first = await visit(storage, null, (s) => s.login('ada'))
      const slow = await storage.read(first.cookie)
      slow.set('a', 1)
      const { session, value } = await open(storage, first.cookie, () => 'end')
      same([session.isNew, session.userId, value], [true, undefined, null])
      const told = events.at(-1) as SessionEvent & { reason?: string }
      same(
        [told.type, told.reason, told.handle, told.userId],
        ['revoked', 'check', first.session.handle, 'ada'],
      )
      equal((await storage.read(first.cookie)).isNew, true)
      equal(await storage.save(slow), null)
    },
  },
  {
    name: 'ends no login for a check that came while the check was asked',
    needs: ['revocable'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const old = await visit(storage, null, (s) => s.login('ada'))
      for (const again of ['login', 'reauthenticate'] as const) {
        let { cookie: now } = old
        const opened = await open(storage, old.cookie, async () => {
          const next = await visit(storage, now, (s) =>
            again === 'login' ? s.login('ada') : s.reauthenticate(),
          )
          now = next.cookie
          return 'end' as const
        })
        equal((await storage.read(now)).userId, 'ada')
        ok(!types().includes('revoked'))
        // The browser may hold the newer cookie by now: nothing takes its place.
        opened.session.set('a', 1)
        same((await opened.close()).setCookies, [])
        old.cookie = now
      }
    },
  },
  {
    name: 'ends no login for a check that comes in between the look at its record and the end',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const old = await visit(storage, null, (s) => s.login('ada'))
      const [opened, young] = await whileHeld(
        gate!.hold('write'),
        open(storage, old.cookie, () => 'end'),
        () => visit(storage, old.cookie, (s) => s.login('ada')),
      )
      equal(opened.session.isNew, true)
      equal((await storage.read(young.cookie)).userId, 'ada')
    },
  },
  {
    name: 'ends a session for its check though it was changed or got other ids meanwhile, and is told once',
    needs: ['revocable'],
    async run(fixture) {
      for (const [use, others] of Object.entries(otherwiseUsed)) {
        for (const regenerateGrace of [30, 0]) {
          const { storage, events } = watched(fixture, { regenerateGrace })
          const old = await visit(storage, null, (s) => s.login('ada'))
          const cookies = [old.cookie]
          let handle: string | undefined
          const note = `${use}, ${regenerateGrace} s`
          const { session } = await open(storage, old.cookie, async () => {
            for (const other of others) {
              const now = cookies.at(-1)!
              cookies.push((await visit(storage, now, other)).cookie)
            }
            ;({ handle } = await storage.read(cookies.at(-1)!))
            return 'end' as const
          })
          equal(session.isNew, true, note)
          const told = events.filter(({ type }) => type === 'revoked')
          // Under the handle that it has by now, so that a live connection of it hears of that.
          same(
            told.map((event) => event.handle),
            [handle],
            note,
          )
          for (const one of cookies) equal((await storage.read(one)).isNew, true, note)
        }
      }
    },
  },
  {
    name: 'ends no login for a check, though its session got other ids before and after it',
    needs: ['revocable'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const prove = (s: Session) => s.reauthenticate()
      let now = (await visit(storage, null, (s) => s.login('ada'))).cookie
      for (const login of [(s: Session) => s.login('ada'), prove, prove]) {
        // All of it within one millisecond.
        for (const uses of [
          [rotate, login, rotate, rotate],
          [login, login],
          [login, login, login],
        ]) {
          await open(storage, now, async () => {
            for (const use of uses) now = (await visit(storage, now, use)).cookie
            return 'end' as const
          })
          equal((await storage.read(now)).userId, 'ada')
          ok(!types().includes('revoked'))
        }
      }
    },
  },
  {
    name: 'ends no login for a check that came twice from one page while the check was asked',
    needs: ['revocable'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const page = await visit(storage, null, change)
      const cookies: (string | null)[] = []
      const opened = await open(storage, page.cookie, async () => {
        const twice = [await storage.read(page.cookie), await storage.read(page.cookie)]
        for (const session of twice) {
          session.login('ada')
          cookies.push(await storage.save(session))
        }
        return 'end' as const
      })
      ok(!types().includes('revoked'))
      same((await opened.close()).setCookies, [])
      const [first = null, second = null] = cookies
      equal((await storage.read(second)).userId, 'ada')
      // Nor was it forgotten that the second took the place of the first, which a record says and no note.
      if (!fixture.traits.has('server') || !fixture.traits.has('atomic')) return
      await visit(storage, first, (s) => s.destroy())
      equal((await storage.read(second)).isNew, true)
    },
  },
  {
    name: 'says nothing for a check that ends what has ended meanwhile, and leaves the cookie alone',
    needs: ['revocable'],
    async run(fixture) {
      const events: SessionEvent[] = []
      const storage = ender(fixture, 0, (event) => events.push(event))
      const ends: Record<string, (cookie: string) => Promise<unknown>> = {
        'a logout': (cookie) => visit(storage, cookie, (s) => s.destroy()),
        revokeAll: () => storage.revokeAll('ada'),
        'a new id, and then revokeAll': async (cookie) => {
          await visit(storage, cookie, kill)
          await storage.revokeAll('ada')
        },
        revokeEverybody: () => storage.revokeEverybody(),
        'another check': (cookie) => open(storage, cookie, () => 'end'),
      }
      for (const [name, end] of Object.entries(ends)) {
        const cookie = await loggedIn(storage)
        events.length = 0
        const opened = await open(storage, cookie, async () => {
          await end(cookie)
          return 'end' as const
        })
        const told = events.filter((event) => 'reason' in event && event.reason === 'check')
        equal(told.length, name === 'another check' ? 1 : 0, name)
        equal(opened.session.isNew, true, name)
        same((await opened.close()).setCookies, [], name)
      }
    },
  },
  {
    name: 'says once of two checks at the same time that they end a session, by a note',
    needs: ['revocable'],
    lacks: 'server',
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const { cookie } = await visit(storage, null, (s) => s.login('ada'))
      const check = () => open(storage, cookie, () => 'end')
      const [second, first] = await whileHeld(fixture.gate!.hold('write'), check(), check)
      equal(types().filter((type) => type === 'revoked').length, 1)
      equal((await first.close()).setCookies.length, 1)
      equal((await second.close()).setCookies.length, 0)
    },
  },
  {
    name: 'clears the cookie for a check that ends its session, and can end no copy of it without notes',
    lacks: 'revocable',
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.login('ada'))
      const opened = await open(storage, first.cookie, () => 'end')
      equal(opened.session.userId, undefined)
      const [clearing = ''] = (await opened.close()).setCookies
      ok(clearing.startsWith('__Host-session=;'), clearing)
      equal((await storage.read(first.cookie)).userId, 'ada')
    },
  },
  {
    name: 'saves nothing of a session that a check refuses, and says so',
    async run(fixture) {
      const { storage, events } = watched(fixture)
      const first = await visit(storage, null, (s) => {
        s.login('ada')
        s.flash('notice', 'welcome')
      })
      const opened = await open(storage, first.cookie, () => 'refuse')
      const told = events.at(-1) as SessionEvent & { reason?: string }
      same(
        [told.type, told.reason, told.handle, told.userId],
        ['refused', 'check', first.session.handle, 'ada'],
      )
      same([opened.session.get('notice') ?? null, opened.value], [null, null])
      const { setCookies, vary } = await opened.close()
      same([setCookies, vary], [[], true])
      equal((await storage.read(first.cookie)).get('notice'), 'welcome')
    },
  },
]
