import { Cookie } from '../../core/cookie/cookie.ts'
import type { SessionEvent } from '../../core/events.ts'
import type { SessionStorage } from '../../core/life-cycle/session-storage.ts'
import { createSessionCheck, type SessionVerdict } from '../../core/serving/session-check.ts'
import { createVisits, type Visit } from '../../core/serving/visit.ts'
import { equal, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

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
      const held = gate!.hold('write')
      const opening = open(storage, old.cookie, () => 'end')
      await held.reached
      const young = await visit(storage, old.cookie, (s) => s.login('ada'))
      held.release()
      equal((await opening).session.isNew, true)
      equal((await storage.read(young.cookie)).userId, 'ada')
    },
  },
  {
    name: 'ends a session for its check though it got another id or was changed meanwhile',
    needs: ['revocable'],
    async run({ createStorage }) {
      const storage = createStorage()
      for (const use of ['rotate', 'change'] as const) {
        const old = await visit(storage, null, (s) => s.login('ada'))
        let { cookie: now } = old
        await open(storage, old.cookie, async () => {
          const next = await visit(storage, now, (s) =>
            use === 'rotate' ? s.regenerateId() : s.set('a', 1),
          )
          now = next.cookie
          return 'end' as const
        })
        for (const one of [old.cookie, now]) equal((await storage.read(one)).isNew, true, use)
      }
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
