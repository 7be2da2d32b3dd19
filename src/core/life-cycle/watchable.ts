import type { Loaded } from '../record/standing.ts'
import { claimsOfRecord, type Home } from './home.ts'

/*
 * How the rest of this package looks again at a session that a storage has read, without the visitor's cookie: for
 * connections that outlive their request. It is no part of the public interface.
 */

/** Where a storage has its `Look`. A copy of the storage that the app has made by spreading it has it too. */
export const lookKey: unique symbol = Symbol.for('coatcheck/look')

/** The session as it is now, for the id that it was read with. */
export type Look = (loaded: Loaded) => Promise<Loaded | { lost: 'gone' | 'rotated' | 'revoked' }>

export interface Watchable {
  readonly [lookKey]: Look
}

export async function lookAgain(home: Home, loaded: Loaded): ReturnType<Look> {
  if (await home.isRevoked?.(claimsOfRecord(loaded.record))) return { lost: 'revoked' }
  const found = await home.reload(loaded)
  if ('lost' in found) return found
  const lost = await home.lossOf?.(found.record)
  return lost === undefined ? found : { lost }
}
