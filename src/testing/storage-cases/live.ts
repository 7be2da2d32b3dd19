import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, ok, same } from '../expect.ts'
import { endOf, opens } from './connections.ts'
import { visit, type StorageCase } from './visit.ts'

const second = 1000
const stayOptions = {
  idleTimeout: 100,
  absoluteTimeout: 250,
  persistent: { idleTimeout: 1000, absoluteTimeout: 2500 },
}

/** Connections that outlive their request: what they show, and how long they live. */
export const liveCases: readonly StorageCase[] = [
  {
    name: 'a live connection shows the session, of which nothing can be changed, and takes no message away',
    async run({ createStorage }) {
      const storage = createStorage()
      const { cookie: value, session } = await visit(storage, null, (s) => {
        s.login('ada')
        s.set('cart', { items: [1] })
        s.flash('message', 'Hello')
      })
      const connection = await opens(storage)(value)
      ok(connection)
      const view = connection.session as Session
      same([view.userId, view.handle, view.size], ['ada', session.handle, 1])
      equal(view.get('message'), undefined)
      for (const change of [
        () => view.set('a', 1),
        () => view.destroy(),
        () => (view.get('cart') as { items: number[] }).items.push(2),
      ]) {
        let thrown: unknown
        try {
          change()
        } catch (error) {
          thrown = error
        }
        ok(thrown, String(change))
      }
      same(view.get('cart'), { items: [1] })
      connection.noteUse()
      equal(await connection.check(), true)
      connection.close()
      equal((await storage.read(value)).get('message'), 'Hello')
    },
  },
  {
    name: 'a live connection is opened for a session that is stored, and for no other',
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100 })
      const open = opens(storage)
      equal(await open(null), undefined)
      equal(await open('nonsense'), undefined)
      const { cookie: value } = await visit(storage, null, (s) => s.set('a', 1))
      ok(await open(value))
      await clock.pass(100 * second)
      equal(await open(value), undefined)
    },
  },
  {
    name: 'a live connection goes on when the session only gets another id, however often, and ends with it',
    needs: ['server'],
    async run({ createStorage, clock }) {
      for (const isHere of [true, false]) {
        const storage = createStorage() as ServerSessionStorage
        const server = isHere ? storage : createStorage()
        const first = await visit(storage, null, (s) => s.login('ada'))
        let value = first.cookie
        const open = opens(storage)
        const connections = [(await open(value))!]
        for (let times = 0; times < 3; times++) {
          value = (await visit(server, value, (s) => s.regenerateId())).cookie
          equal(await connections[0]!.check(), true, `rotation ${times}`)
          connections.push((await open(value))!)
          await clock.pass(31 * second)
          equal(await connections[0]!.check(), true, `after the grace of rotation ${times}`)
        }
        await storage.revoke(first.session.handle)
        for (const connection of connections) equal(await endOf(connection), 'revoked')
      }
    },
  },
  {
    name: 'an open connection does not keep its session alive (P5, ASVS 7.3.1)',
    async run({ createStorage, clock }) {
      const storage = createStorage({ idleTimeout: 100 })
      const { cookie: value } = await visit(storage, null, (s) => s.set('a', 1))
      const connection = (await opens(storage)(value))!
      for (const pause of [50, 49]) {
        await clock.pass(pause * second)
        equal(await connection.check(), true)
      }
      await clock.pass(1 * second)
      equal(await endOf(connection), 'expired')
    },
  },
  {
    name: 'a live connection that notes uses keeps its session alive, until the absolute timeout (P5, ASVS 7.3.2)',
    needs: ['server'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage({ idleTimeout: 100, absoluteTimeout: 250 })
      const { cookie: value } = await visit(storage, null, (s) => s.set('a', 1))
      await clock.pass(50 * second)
      const connection = (await opens(storage, { noteUse: true })(value))!
      const writes = gate?.calls.write
      connection.noteUse()
      equal(await connection.check(), true)
      equal(gate?.calls.write, writes, 'not more than one write in a tenth of the idle timeout')
      for (let time = 50; time < 200; time += 50) {
        await clock.pass(50 * second)
        connection.noteUse()
        equal(await connection.check(), true, `after ${time + 50} s`)
        equal((await storage.read(value)).get('a'), 1)
      }
      await clock.pass(50 * second)
      equal(await endOf(connection), 'expired')
    },
  },
  {
    name: 'what others do to keep a session alive keeps its live connections, too',
    needs: ['server'],
    async run({ createStorage, clock }) {
      const [storage, server] = [
        createStorage({ idleTimeout: 100 }),
        createStorage({ idleTimeout: 100 }),
      ]
      const { cookie: value } = await visit(storage, null, (s) => s.set('a', 1))
      const connection = (await opens(storage)(value))!
      await clock.pass(60 * second)
      await visit(server, value)
      await clock.pass(60 * second)
      equal(await connection.check(), true)
      connection.close()
      equal((await connection.ended).reason, 'closed')
      equal(connection.signal.aborted, false)
    },
  },
  {
    name: 'a live connection lives as long as a visitor who stays logged in, and no longer (P5)',
    async run({ createStorage, clock }) {
      const storage = createStorage(stayOptions)
      const { cookie: value } = await visit(storage, null, (s) => {
        s.login('ada')
        s.persist(true)
      })
      const connection = (await opens(storage)(value))!
      await clock.pass(999 * second)
      equal(await connection.check(), true)
      await clock.pass(1 * second)
      equal(await endOf(connection), 'expired')
    },
  },
  {
    name: 'a live connection has the timeouts that persist() gives its session in another request (P5)',
    needs: ['server'],
    async run({ createStorage, clock }) {
      const [storage, server] = [createStorage(stayOptions), createStorage(stayOptions)]
      const { cookie: value } = await visit(storage, null, (s) => s.login('ada'))
      const connection = (await opens(storage)(value))!
      await clock.pass(50 * second)
      await visit(server, value, (s) => s.persist(true))
      equal(await connection.check(), true)
      await clock.pass(100 * second)
      equal(await connection.check(), true)
      await visit(server, value, (s) => s.persist(false))
      equal(await connection.check(), true)
      await clock.pass(100 * second)
      equal(await endOf(connection), 'expired')
    },
  },
]
