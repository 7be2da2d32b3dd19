import { clearEverywhere, type Commit } from './commit.ts'
import type { Cookie } from '../cookie/cookie.ts'
import type { ReadOptions } from '../life-cycle/life-cycle.ts'
import type { Visit } from './visit.ts'

/** A session of another library that follows the same idea, such as those of `@remix-run/session`. */
export interface ForeignSession {
  readonly id: string
  readonly destroyed: boolean
}

/**
 * A storage of another library. Middleware serves its sessions, but can promise for them only what
 * happens outside of the storage: see docs/migrating/remix.md.
 */
export interface ForeignSessionStorage<S extends ForeignSession = ForeignSession> {
  /**
   * The session that belongs to a cookie value, or a new one.
   *
   * @param options What our own storages ask for; others let it be.
   */
  read(cookieValue: string | null, options?: ReadOptions): Promise<S>
  /** Returns the cookie value, `''` to clear the cookie, or null to leave it alone. */
  save(session: S): Promise<string | null>
}

/**
 * Saves a foreign session and says what the response must carry. Nobody knows whether the app looked
 * at it, so the response is taken to depend on it.
 */
export async function commitForeignSession<S extends ForeignSession>(
  cookie: Cookie,
  storage: ForeignSessionStorage<S>,
  session: S,
  { reading, request }: Visit,
): Promise<Commit> {
  const value = await storage.save(session)
  if (session.destroyed || value === '') {
    const setCookies = reading.present ? clearEverywhere(cookie, request) : []
    return { setCookies, vary: true }
  }
  const isNews = value !== reading.value || reading.outdated || cookie.ages
  if (value === null || !isNews) return { setCookies: [], vary: true }
  const setCookie = await cookie.serialize(value, undefined, request)
  return { setCookies: [...cookie.clearFormer(request), setCookie], vary: true }
}
