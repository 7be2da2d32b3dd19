import { equal, notEqual, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

/** A login under an id that was rotated out meanwhile becomes a session of its own (P4). */
export const forkCases: readonly StorageCase[] = [
  {
    name: 'gives a login its own session when the id is rotated, with grace, before it is saved (P4)',
    needs: ['server', 'atomic'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const login = await storage.read(first.cookie)
      login.login('ada')
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      const own = await storage.read(await storage.save(login))
      same([own.userId, own.data[0]], ['ada', { a: 1 }])
      notEqual(own.handle, first.session.handle)
      equal((await storage.read(first.cookie)).isNew, true)
      equal((await storage.read(rotated.cookie)).userId, undefined)
      ok(types().includes('login'))
    },
  },
  {
    name: 'makes the session of such a login under the handle that it had at once, and none other',
    needs: ['server'],
    async run(fixture) {
      const { storage, types } = watched(fixture)
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      const session = await storage.read(first.cookie)
      session.login('ada')
      const { handle } = session
      const cookie = await storage.save(session)
      equal((await storage.read(cookie)).handle, handle)
      session.set('later', true)
      const again = await storage.save(session)
      equal(again, cookie)
      const own = await storage.read(again)
      same([own.handle, own.data[0]], [handle, { a: 1, later: true }])
      equal((await storage.read(`${handle}.${rotated.cookie!.split('.')[1]}`)).isNew, true)
      equal(types().at(-1), 'tampered')
    },
  },
  {
    name: 'takes such a session away before it says that the login failed (P8)',
    needs: ['server'],
    async run({ createStorage, gate }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, first.cookie, (s) => s.regenerateId())
      const session = await storage.read(first.cookie)
      session.login('ada')
      const making = gate!.hold('write')
      gate!.fail('write', new Error('full'))
      const taking = gate!.hold('delete')
      let outcome = 'under way'
      const saving = storage.save(session).then(
        () => (outcome = 'saved'),
        () => (outcome = 'failed'),
      )
      await making.reached
      making.release()
      await taking.reached
      await new Promise((resolve) => setTimeout(resolve, 5))
      equal(outcome, 'under way')
      taking.release()
      await saving
      equal(outcome, 'failed')
      equal(await gate!.store.read(session.handle), undefined)
      equal((await storage.read(first.cookie)).get('a'), 1)
    },
  },
  {
    name: 'goes on with the session of a login that came late with a killed id (P4)',
    needs: ['server'],
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('a', 1))
      await visit(storage, first.cookie, (s) => s.login('ada'))
      const { session } = await visit(storage, first.cookie, (s) => s.login('ada'))
      session.set('b', 2)
      const again = await storage.read(await storage.save(session))
      same([again.userId, again.get('b')], ['ada', 2])
    },
  },
]
