import { SessionError } from '../../core/errors.ts'
import type { CookieParseOptions, CookieSerializeOptions } from './cookie.ts'
import type { Session, SessionData } from './session.ts'

/** How a session is sent, and what became of its visitor. */
export interface CommitOptions extends CookieSerializeOptions {
  /**
   * The id of the user who has just logged in: the session gets a new id and the old one dies, so that
   * one planted before is worth nothing, and the storage knows whose session it is. What another user
   * left in it goes, but for what this request has changed. (Storages of four functions know no users.)
   */
  login?: string | undefined
  /** Gives the session a new id, and ends the old one: when privileges change. Default `false`. */
  regenerateId?: boolean | undefined
}

/** Turns Cookie headers into sessions, and sessions into Set-Cookie headers. */
export interface SessionStorage<Data = SessionData, FlashData = Data> {
  /**
   * The session of a request, by its Cookie header, or a new one.
   *
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed: never a new session then.
   */
  getSession(
    cookieHeader?: string | null,
    options?: CookieParseOptions,
  ): Promise<Session<Data, FlashData>>
  /**
   * Saves the session and makes the Set-Cookie header to send. If it was ended meanwhile, or its id was
   * replaced, that header is empty, which browsers ignore: by then they may hold the cookie of a login
   * that came after.
   *
   * @param options Attributes for this once. `maxAge`, or else `expires`, is also how long the session
   * lives from now on.
   * @throws {SessionError} `ERR_SESSION_DESTROYED` if this object was destroyed and changed afterwards. Unchanged, the
   * header clears the cookie once more, so that middleware may commit every session.
   * @throws {SessionError} `ERR_SESSION_COOKIE_SIZE` if the header is over 4,096 bytes; `cause` names the
   * biggest keys.
   * @throws {SessionValueError} `ERR_SESSION_VALUE` for what JSON would lose, such as a Map. Not in a
   * storage of four functions: what they can keep is theirs to say.
   * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong. Nothing is stored then.
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed. The same session can be committed again.
   */
  commitSession(session: Session<Data, FlashData>, options?: CommitOptions): Promise<string>
  /** Ends the session for good and makes the Set-Cookie header that clears the cookie. */
  destroySession(
    session: Session<Data, FlashData>,
    options?: CookieSerializeOptions,
  ): Promise<string>
}

/** For a session object that is committed after it was destroyed. */
export function destroyedError(): SessionError {
  return new SessionError(
    'ERR_SESSION_DESTROYED',
    'Session has been destroyed: start another one with getSession()',
  )
}
