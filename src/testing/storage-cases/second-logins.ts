import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { equal, notEqual, ok, same } from '../expect.ts'
import type { StorageFixture } from '../fixture.ts'
import { visit, watched, type StorageCase } from './visit.ts'

/** Cookie values of a visitor: those of before, and that of the login that came last. */
interface LoggedIn {
  former: (string | null)[]
  cookie: string | null
}

/** The ways in which a visitor who has a session of this user can log in as somebody once more. */
const ways: Record<
  string,
  (storage: ServerSessionStorage, owner: string | undefined) => Promise<LoggedIn>
> = {
  async 'in the grace'(storage, owner) {
    const first = await visit(storage, null, (s) => (s.set('a', 1), owner && s.login(owner)))
    const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
    const { cookie } = await visit(storage, first.cookie, (s) => s.login('ada'))
    return { former: [first.cookie, rotated.cookie], cookie }
  },
  async 'with a retired id'(storage, owner) {
    const first = await visit(storage, null, (s) => s.set('a', 1))
    const next = await visit(storage, first.cookie, (s) => {
      if (owner === undefined) s.regenerateId(true)
      else s.login(owner)
    })
    const { cookie } = await visit(storage, first.cookie, (s) => s.login('ada'))
    return { former: [first.cookie, next.cookie], cookie }
  },
  async 'with an id retired before the last one'(storage, owner) {
    const first = await visit(storage, null, (s) => s.set('a', 1))
    const next = await visit(storage, first.cookie, (s) => {
      if (owner === undefined) s.regenerateId(true)
      else s.login(owner)
    })
    const last = await visit(storage, next.cookie, (s) => s.regenerateId(true))
    const { cookie } = await visit(storage, first.cookie, (s) => s.login('ada'))
    return { former: [first.cookie, next.cookie, last.cookie], cookie }
  },
  async 'by a double click'(storage, owner) {
    const first = await visit(storage, null, (s) => s.set('a', 1))
    const click = await storage.read(first.cookie)
    click.login('ada')
    const other = await visit(storage, first.cookie, (s) => {
      if (owner === undefined) s.regenerateId(true)
      else s.login(owner)
    })
    return { former: [first.cookie, other.cookie], cookie: await storage.save(click) }
  },
  async 'in the grace, after the id was rotated meanwhile'(storage, owner) {
    const first = await visit(storage, null, (s) => (s.set('a', 1), owner && s.login(owner)))
    const click = await storage.read(first.cookie)
    click.login('ada')
    const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
    return { former: [first.cookie, rotated.cookie], cookie: await storage.save(click) }
  },
}

async function eachWay(
  fixture: StorageFixture,
  owner: string | undefined,
  check: (
    storage: ServerSessionStorage,
    visitor: LoggedIn,
    about: { types(): string[]; way: string },
  ) => Promise<void>,
): Promise<void> {
  for (const [way, logIn] of Object.entries(ways)) {
    const { storage, types } = watched(fixture)
    const server = storage as ServerSessionStorage
    await check(server, await logIn(server, owner), { types, way })
    await server.revokeAll('ada')
    if (owner !== undefined) await server.revokeAll(owner)
  }
}

/** A visitor who logs in again without having logged out has one session, not two. */
export const secondLoginCases: readonly StorageCase[] = [
  {
    name: 'leaves a user one session, and a logout nothing, however they log in again',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      await eachWay(fixture, 'ada', async (storage, { former, cookie }, { way }) => {
        equal((await storage.read(cookie)).userId, 'ada', way)
        equal((await storage.sessionsOf('ada')).length, 1, way)
        await visit(storage, cookie, (s) => s.destroy())
        for (const one of [...former, cookie]) equal((await storage.read(one)).isNew, true, way)
        same(await storage.sessionsOf('ada'), [], way)
      })
    },
  },
  {
    name: 'takes requests with the ids that ended for late for five seconds: nothing goes over the login',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      await eachWay(fixture, 'ada', async (storage, { former }, { types, way }) => {
        for (const pass of [0, 4999]) {
          await fixture.clock.pass(pass)
          for (const old of former) {
            const late = await visit(storage, old, (s) => s.set('visits', 1))
            same([late.session.isNew, late.saved], [true, null], `${way}, after ${pass} ms`)
            equal(types().at(-1), 'interrupted', way)
          }
        }
        ok(!types().includes('tampered') && !types().includes('reused-old-id'), way)
        await fixture.clock.pass(1)
        for (const old of former) {
          notEqual((await visit(storage, old, (s) => s.set('visits', 1))).saved, null, way)
        }
      })
    },
  },
  {
    name: 'ends neither another user’s session nor an anonymous one by logging in beside it',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      for (const owner of ['grace', undefined]) {
        await eachWay(fixture, owner, async (storage, { former, cookie }, { way }) => {
          equal((await storage.read(cookie)).userId, 'ada', way)
          const other = await storage.read(former.at(-1)!)
          same([other.isNew, other.userId], [false, owner], way)
        })
      }
    },
  },
  {
    name: 'lets a login that was ended while it was under way end none that came after, or was spared',
    needs: ['indexed', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage() as ServerSessionStorage
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const click = await storage.read(first.cookie)
      click.login('ada')
      await storage.revokeAll('ada')
      const newer = await visit(storage, first.cookie, (s) => s.login('ada'))
      const late = await storage.read(first.cookie)
      late.login('ada')
      await storage.revokeAll('ada', { except: newer.session.handle })
      for (const ended of [click, late]) equal(await storage.save(ended), null)
      equal((await storage.read(newer.cookie)).userId, 'ada')
      equal((await storage.sessionsOf('ada')).length, 1)
    },
  },
]
