import type { ReadOptions } from '../life-cycle/begin.ts'

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
