import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, same } from '../expect.ts'
import type { StorageFixture } from '../fixture.ts'
import { visit, whileHeld, type StorageCase } from './visit.ts'

/** What ends a session of ada, and reads its record just before. */
interface End {
  /** Begins to end it. */
  start(storage: ServerSessionStorage, session: Session): Promise<unknown>
  /** What is called before that record is read. */
  after?: 'keysOf'
  /** How many sessions it says it has ended: if another user took it over, and if not. */
  counts?: [others: number, own: number]
}

const ends: Record<string, End> = {
  'all sessions of the user': {
    start: (storage) => storage.revokeAll('ada'),
    after: 'keysOf',
    counts: [0, 1],
  },
  'one session of the user': {
    start: (storage, { handle }) => storage.revoke(handle, { userId: 'ada' }),
  },
}

/** Ends a session of ada, in which somebody does this between the look at it and its end. */
async function endWhile(
  { createStorage, gate }: StorageFixture,
  { start, after }: End,
  act: (session: Session) => void,
): Promise<{ count: unknown; storage: ServerSessionStorage; before: string; now: string }> {
  const storage = createStorage() as ServerSessionStorage
  const first = await visit(storage, null, (s) => s.login('ada'))
  const listed = after && gate!.hold(after)
  const looked = listed ? undefined : gate!.holdAnswer('read')
  const ending = start(storage, first.session)
  await listed?.reached
  const held = looked ?? gate!.holdAnswer('read')
  listed?.release()
  const [count, other] = await whileHeld(held, ending, () => visit(storage, first.cookie, act))
  return { count, storage, before: first.cookie!, now: other.cookie! }
}

/** Between the look at a session and its end somebody writes it: only what is still the user's ends. */
export const takenOverCases: readonly StorageCase[] = [
  {
    name: 'leaves another user logged in who took a session over while it was being ended',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      for (const [name, end] of Object.entries(ends)) {
        const { count, storage, before, now } = await endWhile(fixture, end, (s) => {
          s.login('grace')
          s.set('a', 1)
        })
        const session = await storage.read(now)
        same([session.userId, session.data[0]], ['grace', { a: 1 }], name)
        equal((await storage.read(before)).isNew, true, name)
        equal(count, end.counts?.[0], name)
        equal((await storage.sessionsOf('grace')).length, 1, name)
        await storage.revokeAll('grace')
      }
    },
  },
  {
    name: 'ends a session of the user all the same if it was written while it was being ended (P2)',
    needs: ['indexed', 'atomic'],
    async run(fixture) {
      const acts: Record<string, (session: Session) => void> = {
        'a change': (s) => s.set('a', 1),
        'a rotation': (s) => s.regenerateId(true),
      }
      for (const [name, end] of Object.entries(ends)) {
        for (const [what, act] of Object.entries(acts)) {
          const { count, storage, before, now } = await endWhile(fixture, end, act)
          for (const id of [before, now]) {
            equal((await storage.read(id)).isNew, true, `${name}, ${what}`)
          }
          equal(count, end.counts?.[1], name)
          same(await storage.sessionsOf('ada'), [])
        }
      }
    },
  },
  {
    name: 'ends a session of the user also in a store that can only delete (P2)',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, gate }) {
      const storage = createStorage() as ServerSessionStorage
      const { cookie, session } = await visit(storage, null, (s) => s.login('ada'))
      gate!.fail('write', new Error('the disk is full'))
      await storage.revoke(session.handle, { userId: 'ada' })
      equal((await storage.read(cookie)).isNew, true)
      equal(await gate!.store.read(session.handle), undefined)
    },
  },
  {
    name: 'brings nothing back of a session whose deletion failed while it was being ended (P2)',
    needs: ['indexed', 'atomic'],
    async run({ createStorage, gate }) {
      const storage = createStorage() as ServerSessionStorage
      const { cookie, session } = await visit(storage, null, (s) => s.login('ada'))
      const slow = await storage.read(cookie)
      slow.set('a', 1)
      gate!.fail('delete', new Error('away'))
      const failed = await storage.revoke(session.handle, { userId: 'ada' }).catch(() => 'failed')
      equal(failed, 'failed')
      equal((await storage.read(cookie)).isNew, true)
      equal(await storage.save(slow), null)
      same(await storage.sessionsOf('ada'), [])
      // It stays in the list of its user until it has gone.
      await storage.revokeAll('ada')
      equal(await gate!.store.read(session.handle), undefined)
    },
  },
]
