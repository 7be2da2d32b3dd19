import { RevokeError } from '../errors.ts'
import type { SessionRecord } from '../record/record.ts'
import { inBatches } from '../runtime/in-batches.ts'
import { asTurn } from '../runtime/turns.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { RecordEnds } from './record-ends.ts'
import type { Revocations } from './revocations.ts'
import type { StorageContext } from './storage-options.ts'

/** What ends the sessions that a store lists. */
interface Parts {
  readonly store: GuardedStore
  readonly ends: RecordEnds
  readonly revocations: Revocations
}

/** All sessions of a user, or of a group. */
interface Listed {
  /** What their end is noted under: see `runtime/turns.ts`. */
  readonly subject: string
  readonly how: Parameters<Revocations['announce']>[2]
  list(): Promise<readonly string[]>
  /** Whose the session at this handle is. */
  userOf(handle: string): string | Promise<string | undefined>
  isMeant(record: SessionRecord): boolean
  /** What is left to do once the session has ended. */
  afterEnd?(handle: string): Promise<void>
}

/**
 * Ends all of these sessions, whatever their deadlines say: this process's clock and options need not be those of the one
 * that serves them. The note is written first, and the sessions are listed afterwards: `revocation-note.ts` says why. All are
 * tried before a failure is told.
 *
 * @returns How many were ended.
 * @throws {RevokeError} `ERR_SESSION_STORE` if some could not be ended.
 */
export function endListed(
  { events }: StorageContext,
  { store, ends, revocations }: Parts,
  { subject, how, list, userOf, isMeant, afterEnd }: Listed,
): Promise<number> {
  const failures: unknown[] = []
  let ended = 0

  async function end(handle: string): Promise<void> {
    const userId = await userOf(handle)
    // A record that cannot be read may be one that another release of the app can read.
    const isTheirs = (record?: SessionRecord) => record === undefined || isMeant(record)
    const outcome = await ends.endAsRead(handle, userId, isTheirs)
    // One that the store says has expired may live for a server whose clock is behind.
    if (outcome === 'missing') await store.delete(handle)
    if (outcome !== 'ended') return
    events.emit({ type: 'revoked', handle, userId })
    ended++
    await afterEnd?.(handle)
  }

  const fail = (error: unknown): void => void failures.push(error)
  return asTurn(subject, async (turn) => {
    await revocations.announce(subject, turn, how).catch(fail)
    await inBatches(await list(), (handle) => end(handle).catch(fail))
    if (failures.length > 0) throw new RevokeError(ended, failures)
    return ended
  })
}
