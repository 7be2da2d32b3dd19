import { isSession } from '../session/create-session.ts'
import { stateOf } from '../session/state-of.ts'
import type { Commit } from './commit.ts'
import type { ForeignSession } from './foreign-session.ts'

/** For computers that several people use: what a browser keeps of the pages of somebody who is logged in. */
export interface PrivacyOptions {
  /**
   * Whether the response to a logout, and to everything else that calls `session.destroy()`, asks the browser to forget what it
   * has of the site, by `Clear-Site-Data: "cache", "storage"` (ASVS 14.3.1). A header of the app with that name stays as it is.
   * Browsers take it over https only. Default `false`.
   */
  clearSiteData?: boolean | undefined
  /**
   * Whether pages of somebody who is logged in, if they looked at the session, are sent with `Cache-Control: no-store`, so that the
   * Back button cannot show them after the logout (ASVS 14.3.2). A `Cache-Control` of the app with `no-store` or `private` stays as
   * it is. Default `false`.
   */
  noStore?: boolean | undefined
}

/** Adds what these options ask for to what a response must carry. */
export type Privacy = (session: ForeignSession, commit: Commit) => Commit

/**
 * @param options From `readOptions`.
 * @returns Undefined if nothing is asked for.
 */
export function readPrivacy({ clearSiteData, noStore }: PrivacyOptions): Privacy | undefined {
  if (!clearSiteData && !noStore) return undefined
  return (session, commit) => {
    if (session.destroyed) return { ...commit, clearSiteData }
    return noStore && commit.vary && isSomebodys(session) ? { ...commit, noStore } : commit
  }
}

/** Of a session of another library nobody knows whether somebody is logged in. */
function isSomebodys(session: ForeignSession): boolean {
  if (!isSession(session)) return true
  // A locked session shows nobody.
  const { loaded, userId = loaded?.record.owner } = stateOf(session)
  return userId !== undefined
}
