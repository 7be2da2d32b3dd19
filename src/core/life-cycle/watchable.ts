import type { StoreError } from '../errors.ts'
import type { Loaded } from '../record/standing.ts'
import type { MaybePromise } from '../runtime/maybe-promise.ts'
import type { UnderWay } from '../store/under-way.ts'
import { claimsOfRecord, type EndedAsSeen, type Home } from './home.ts'

/*
 * What the rest of this package knows of a storage: how to look again at a session that it has read, without the visitor's
 * cookie, for connections that outlive their request; how to end one, unless somebody has logged in there; and what its
 * options leave open. It is no part of the public interface.
 */

/** Where a storage has its insides. A copy of the storage that the app has made by spreading it has them too. */
export const insideKey: unique symbol = Symbol.for('coatcheck/inside')

export interface Inside {
  readonly home: Home
  /** Counts what is asked of a store, which is not closed meanwhile. */
  readonly underWay?: UnderWay<StoreError['operation']> | undefined
  /** @see StorageContext */
  readonly isIdleUnsaid: boolean
}

export interface Watchable {
  readonly [insideKey]: Inside
}

/** The insides of a storage of ours. */
export function insideOf(storage: object): Inside | undefined {
  return (storage as Partial<Watchable>)[insideKey]
}

/** What has become of a session for the id that it was read with. */
type Present = Loaded | { lost: 'gone' | 'rotated' | 'revoked' }

/** The session as it is now, for the id that it was read with. */
export async function lookAgain({ home, underWay }: Inside, loaded: Loaded): Promise<Present> {
  const look = () => presentOf(home, loaded)
  return underWay === undefined ? look() : underWay.run(look, 'read')
}

async function presentOf(home: Home, loaded: Loaded): Promise<Present> {
  if (await home.isRevoked?.(claimsOfRecord(loaded.record))) return { lost: 'revoked' }
  const found = await home.reload(loaded)
  if ('lost' in found) return found
  const lost = await home.lossOf?.(found.record)
  return lost === undefined ? found : { lost }
}

/** Ends the session, unless it has ended or somebody has logged in there meanwhile. */
export function endAsSeen({ home, underWay }: Inside, loaded: Loaded): MaybePromise<EndedAsSeen> {
  const end = () => endUnlessOver(home, loaded)
  return underWay === undefined ? end() : underWay.run(end, 'delete')
}

async function endUnlessOver(home: Home, loaded: Loaded): Promise<EndedAsSeen> {
  const { record } = loaded
  // Who asks may have taken their time, and what ends sessions beside their records has been told then.
  if (await home.isRevoked?.(claimsOfRecord(record))) return 'missing'
  const lost = await home.lossOf?.(record, true)
  if (lost === 'revoked') return 'missing'
  // Of a session in a cookie of which nobody notes the end, there is nothing to end.
  return (await home.endAsSeen?.(loaded)) ?? record
}
