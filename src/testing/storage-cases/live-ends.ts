import { createSessionGroups } from '../../core/life-cycle/session-groups.ts'
import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, failsWith, ok } from '../expect.ts'
import type { Trait } from '../fixture.ts'
import { endOf, opens } from './connections.ts'
import { ender, loggedIn } from './ender.ts'
import { limited, needs } from './limited.ts'
import { visit, type StorageCase } from './visit.ts'

/** The ways to end a session, or its id, and what is seen of them on another server and on the same. */
const ways: Record<string, { end: End; elsewhere: string; here: string; needs?: Trait }> = {
  revoke: {
    end: ({ server, handle }) => server.revoke(handle),
    elsewhere: 'gone',
    here: 'revoked',
  },
  revokeAll: {
    end: ({ server }) => server.revokeAll('ada'),
    elsewhere: 'gone',
    here: 'revoked',
    needs: 'indexed',
  },
  destroy: {
    end: ({ request }) => request((session) => session.destroy()),
    elsewhere: 'gone',
    here: 'destroyed',
  },
  login: {
    end: ({ request }) => request((session) => session.login('ada')),
    elsewhere: 'rotated',
    here: 'rotated',
  },
  'regenerateId(true)': {
    end: ({ request }) => request((session) => session.regenerateId(true)),
    elsewhere: 'rotated',
    here: 'rotated',
  },
}

type End = (given: {
  server: ServerSessionStorage
  handle: string
  request(use: (session: Session) => void): Promise<unknown>
}) => Promise<unknown>

const endedElsewhere = Object.entries(ways).map(
  ([name, { end, elsewhere, here, needs: own = 'server' }]): StorageCase => ({
    name: `a live connection ends with its session, on this server and on another: ${name}`,
    needs: ['server', own],
    async run({ createStorage }) {
      for (const isHere of [true, false]) {
        const storage = createStorage() as ServerSessionStorage
        const server = isHere ? storage : (createStorage() as ServerSessionStorage)
        const first = await visit(storage, null, (session) => session.login('ada'))
        const other = await visit(storage, null, (session) => session.login('bert'))
        const open = opens(storage)
        const connections = [await open(first.cookie), await open(first.cookie)]
        const stranger = (await open(other.cookie))!
        const request = (use: (session: Session) => void) => visit(server, first.cookie, use)
        await end({ server, handle: first.session.handle, request })
        for (const connection of connections) {
          equal(await endOf(connection), isHere ? here : elsewhere, isHere ? 'here' : 'elsewhere')
        }
        equal(await open(first.cookie), undefined)
        equal(await stranger.check(), true)
        stranger.close()
      }
    },
  }),
)

/** What ends a session, or its id, ends its live connections. */
export const liveEndCases: readonly StorageCase[] = [
  ...endedElsewhere,
  {
    name: 'a live connection ends with sessions that are ended by notes, on this server and on another',
    needs: ['revocable'],
    async run(fixture) {
      const ways = ['revoke', 'revokeAll', 'revokeEverybody', 'block'] as const
      for (const way of ways.filter((one) => one !== 'block' || fixture.traits.has('lasting'))) {
        for (const isHere of [true, false]) {
          const storage = ender(fixture)
          const server = isHere ? storage : ender(fixture)
          const userId = `${way} ${isHere}`
          const { cookie: value, session } = await visit(storage, null, (s) => s.login(userId))
          const { cookie: nobodys } = await visit(storage, null, (s) => s.set('a', 1))
          const open = opens(storage)
          const [connection, stranger] = [(await open(value))!, (await open(nobodys))!]
          if (way === 'revokeEverybody') await server.revokeEverybody()
          else await server[way](way === 'revoke' ? session.handle : userId)
          if (!isHere) equal(await connection.check(), false, userId)
          const { reason } = await connection.ended
          ok(reason === 'revoked' || reason === 'gone', `${userId}: ${reason}`)
          equal(await stranger.check(), true, userId)
          stranger.close()
        }
      }
    },
  },
  {
    name: 'a live connection ends with the id that a login or regenerateId(true) takes away from a cookie',
    needs: ['revocable'],
    async run(fixture) {
      for (const use of [(s: Session) => s.login('ada'), (s: Session) => s.regenerateId(true)]) {
        const [storage, server] = [ender(fixture), ender(fixture)]
        const { cookie: value } = await visit(storage, null, (s) => s.login('ada'))
        const connection = (await opens(storage)(value))!
        await visit(server, value, use)
        equal(await endOf(connection), 'rotated')
      }
    },
  },
  {
    name: 'a live connection is told at once when a logout ends the session that took the place of another',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie: value } = await visit(storage, null, (s) => s.login('ada'))
      const [one, other] = [await storage.read(value), await storage.read(value)]
      one.login('ada')
      const replaced = await storage.save(one)
      other.login('ada')
      const connection = (await opens(storage)(await storage.save(other)))!
      await visit(storage, replaced, (s) => s.destroy())
      equal((await connection.ended).reason, 'destroyed')
    },
  },
  {
    name: 'a live connection that was opened with an id which was ended is ended, and one of the new id lives',
    needs: ['server'],
    async run({ createStorage }) {
      const [storage, server] = [createStorage(), createStorage()]
      const first = await visit(storage, null, (s) => s.login('ada'))
      const open = opens(storage)
      const old = await open(first.cookie)
      const second = await visit(server, first.cookie, (s) => s.regenerateId(true))
      const young = (await open(second.cookie))!
      equal(await endOf(old), 'rotated')
      equal(await young.check(), true)
      young.close()
    },
  },
  {
    name: 'a live connection ends when its id was replaced twice in another process before it looked',
    needs: ['server'],
    async run({ createStorage }) {
      const [storage, server] = [createStorage(), createStorage()]
      const { cookie: value } = await visit(storage, null, (s) => s.login('ada'))
      const connection = await opens(storage)(value)
      const next = await visit(server, value, (s) => s.regenerateId())
      await visit(server, next.cookie, (s) => s.regenerateId())
      equal(await endOf(connection), 'rotated')
    },
  },
  {
    name: 'a live connection ends with the session that a further login of its user ends, where there is a limit',
    needs,
    async run(fixture) {
      for (const isHere of [true, false]) {
        const storage = limited(fixture, [2, 'end-oldest'])
        const server = isHere ? storage : limited(fixture, [2, 'end-oldest'])
        const userId = `limited ${isHere}`
        const open = opens(storage)
        const first = (await open(await loggedIn(server, userId)))!
        await fixture.clock.pass(1)
        const second = (await open(await loggedIn(server, userId)))!
        await fixture.clock.pass(1)
        await loggedIn(server, userId)
        equal(await endOf(first), isHere ? 'revoked' : 'gone')
        equal(await second.check(), true)
        second.close()
      }
    },
  },
  {
    name: 'a live connection ends with the group of its session, and when its login said, on this server and on another',
    needs,
    async run({ createStorage, clock }) {
      const grouped = () => createStorage({ groups: createSessionGroups() }) as ServerSessionStorage
      for (const isHere of [true, false]) {
        const storage = grouped()
        const server = isHere ? storage : grouped()
        const open = opens(storage)
        const until = clock.now() + 100_000
        const opened = async (group: string) =>
          open((await visit(storage, null, (s) => s.login('ada', { group, until }))).cookie)
        const [one, other] = [await opened('one'), (await opened('other'))!]
        await server.revokeGroup('one')
        equal(await endOf(one), isHere ? 'revoked' : 'gone')
        equal(await other.check(), true)
        await clock.pass(100_000)
        equal(await endOf(other), 'expired')
      }
    },
  },
  {
    name: 'a live connection goes on when a login of its session is refused, because there is a limit',
    needs,
    async run(fixture) {
      const storage = limited(fixture, [1, 'refuse'])
      await loggedIn(storage)
      const { cookie: value } = await visit(storage, null, (s) => s.set('a', 1))
      const connection = (await opens(storage)(value))!
      await failsWith('ERR_SESSION_LIMIT', () => visit(storage, value, (s) => s.login('ada')))
      equal(await connection.check(), true)
      connection.close()
    },
  },
]
