import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, ok, same } from '../expect.ts'
import { idle, lockable, loggedIn, proved, second, seenBy } from './lockable.ts'
import { visit, whileHeld, type StorageCase } from './visit.ts'

const needs = ['server', 'atomic'] as const
const add = (n: number | undefined) => (n ?? 0) + 1

/** What meets at the idle end of a session, in every order. */
export const lockRaceCases: readonly StorageCase[] = [
  {
    name: 'a use from before the idle end that is written after the proof does not bring the old id back (P2, P4)',
    needs,
    async run({ createStorage, clock, gate }) {
      const storage = createStorage(lockable())
      const cookie = await loggedIn(storage)
      await clock.pass((idle - 1) * second)
      const slow = await storage.read(cookie)
      slow.set('late', 1)
      const [late, saved] = await whileHeld(gate!.hold('write'), storage.save(slow), async () => {
        await clock.pass(second)
        return storage.save(await proved(storage, cookie))
      })
      equal(late, null)
      same(await seenBy(storage, cookie, saved), ['gone', 'ada'])
      equal((await storage.read(saved)).get('late'), undefined)
    },
  },
  {
    name: 'a change from before the idle end that is written before the proof is kept by it (P1)',
    needs,
    async run({ createStorage, clock, gate }) {
      const storage = createStorage(lockable())
      const cookie = await loggedIn(storage)
      await clock.pass((idle - 1) * second)
      const slow = await storage.read(cookie)
      slow.update('n', add)
      const first = gate!.hold('write')
      const late = storage.save(slow)
      await first.reached
      await clock.pass(second)
      const proof = await proved(storage, cookie)
      proof.update('n', add)
      const other = gate!.hold('write')
      const proving = storage.save(proof)
      await other.reached
      first.release()
      equal(await late, cookie)
      other.release()
      const saved = await proving
      same(await seenBy(storage, cookie, saved), ['gone', 'ada'])
      equal((await storage.read(saved)).get('n'), 2)
    },
  },
  {
    name: 'a proof does not outlive an end that comes before, while or after it is written (P2)',
    needs: ['server', 'atomic', 'indexed'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage(lockable()) as ServerSessionStorage
      const ends: Record<string, (handle: string) => Promise<unknown>> = {
        revoke: (handle) => storage.revoke(handle),
        'revoke of the user': (handle) => storage.revoke(handle, { userId: 'ada' }),
        revokeAll: () => storage.revokeAll('ada'),
      }
      for (const [name, end] of Object.entries(ends)) {
        // The proof is overtaken.
        const overtaken = await loggedIn(storage)
        await clock.pass(idle * second)
        const proof = await proved(storage, overtaken)
        const [proven] = await whileHeld(gate!.hold('write'), storage.save(proof), () =>
          end(proof.handle),
        )
        equal(proven, null, name)
        same(await seenBy(storage, overtaken), ['gone'], name)
        // The end is overtaken.
        const overtaking = await loggedIn(storage)
        await clock.pass(idle * second)
        const before = await proved(storage, overtaking)
        const [, saved] = await whileHeld(gate!.hold('write'), end(before.handle), () =>
          storage.save(before),
        )
        same(await seenBy(storage, overtaking, saved), ['gone', 'gone'], name)
        same(await storage.sessionsOf('ada'), [], name)
      }
    },
  },
  {
    name: 'of two proofs at once one session goes on, and neither id of before (P4)',
    needs: ['server', 'atomic', 'indexed'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage(lockable()) as ServerSessionStorage
      const cookie = await loggedIn(storage)
      await clock.pass(idle * second)
      const [slow, fast] = [await proved(storage, cookie), await proved(storage, cookie)]
      const [last, first] = await whileHeld(gate!.hold('write'), storage.save(slow), () =>
        storage.save(fast),
      )
      ok(first)
      same(await seenBy(storage, cookie, first, last), ['gone', 'gone', 'ada'])
      same((await storage.read(last)).get('cart'), ['tea'])
      equal((await storage.sessionsOf('ada')).length, 1)
    },
  },
  {
    name: 'of two proofs at once the second does not outlive an end that comes while it is written (P2)',
    needs: ['server', 'atomic', 'indexed'],
    async run({ createStorage, clock, gate }) {
      const storage = createStorage(lockable()) as ServerSessionStorage
      const ends: Record<string, (session: Session) => Promise<unknown>> = {
        revoke: ({ handle }) => storage.revoke(handle),
        revokeAll: () => storage.revokeAll('ada'),
        'a logout': ({ id }) => visit(storage, id, (s) => s.destroy()),
      }
      for (const [name, end] of Object.entries(ends)) {
        const cookie = await loggedIn(storage)
        await clock.pass(idle * second)
        const [slow, fast] = [await proved(storage, cookie), await proved(storage, cookie)]
        const first = await storage.save(fast)
        const [last] = await whileHeld(gate!.hold('write'), storage.save(slow), () => end(fast))
        equal(last, null, name)
        same(await seenBy(storage, cookie, first, slow.id), ['gone', 'gone', 'gone'], name)
        same(await storage.sessionsOf('ada'), [], name)
      }
    },
  },
  {
    name: 'a logout from the locked page ends the session, whatever a proof does meanwhile (P2)',
    needs,
    async run({ createStorage, clock, gate, traits }) {
      const end = traits.has('atomic') ? 'write' : 'delete'
      for (const isProofFirst of [true, false]) {
        const storage = createStorage(lockable())
        const cookie = await loggedIn(storage)
        await clock.pass(idle * second)
        const proof = await proved(storage, cookie)
        const leaving = await storage.read(cookie)
        leaving.destroy()
        const [slow, fast] = isProofFirst ? [leaving, proof] : [proof, leaving]
        const held = gate!.hold(isProofFirst ? end : 'write')
        const values = await whileHeld(held, storage.save(slow), () => storage.save(fast))
        same(await seenBy(storage, cookie, ...values), ['gone', 'gone', 'gone'])
      }
    },
  },
]
