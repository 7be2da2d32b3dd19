import { createHandle } from '../../core/record/id.ts'

/*
 * A version is random, so that one of a record that was deleted and made anew never comes back; then, if the record has
 * an owner, where it is listed. So whoever has read a record knows without asking whether it must be listed again.
 */

/** Where a record's key is listed. */
export interface Listing {
  /** The object with the list. */
  list: string
  /** Who put it there. */
  token: string
  /** In milliseconds since the epoch. */
  until: number
}

export function createVersion(listing: Listing | undefined): string {
  const name = createHandle()
  return listing === undefined ? name : `${name} ${listing.list} ${listing.token} ${listing.until}`
}

export function parseListing(version: string): Listing | undefined {
  const [, list, token, until] = version.split(' ')
  if (list === undefined || token === undefined) return undefined
  return { list, token, until: Number(until) }
}
