import { SessionError } from '../../core/errors.ts'
import type { SessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { Session, SessionData } from '../../core/session/session.ts'
import type { BrowserCookie, CookieHolder, CookieSource } from './cookie-holder.ts'

/** Somebody who uses the app under test, and the session cookie that they have. */
export class TestVisitor<Data extends SessionData, Flash extends SessionData> {
  readonly #storage: SessionStorage<Data, Flash>
  readonly #holder: CookieHolder

  constructor(storage: SessionStorage<Data, Flash>, holder: CookieHolder) {
    this.#storage = storage
    this.#holder = holder
  }

  /** The Cookie header of their requests: empty if they have no cookie. */
  get cookie(): string {
    return this.#holder.header
  }

  /** The headers of their requests: for `fetch`, for `inject()` of Fastify, for `set()` of supertest. */
  get headers(): { cookie?: string } {
    return this.cookie === '' ? {} : { cookie: this.cookie }
  }

  /** For `addCookies()` of Playwright's browser contexts. Empty if they have no cookie. */
  browserCookies(): BrowserCookie[] {
    return this.#holder.forBrowser()
  }

  /**
   * Takes the cookie of a response, as a browser does. It is needed where the app sends one: after a login, a logout and
   * `regenerateId()`, and with cookie storage after every change.
   */
  take(response: CookieSource): void {
    this.#holder.take(response)
  }

  /**
   * Their session as it is now, to look at; undefined if they have none, or if it is over. It is not saved, and counts as no use
   * of the session: deadlines and flash messages stay.
   *
   * @throws {StoreError} `ERR_SESSION_STORE` if the store failed.
   */
  async session(): Promise<Session<Data, Flash> | undefined> {
    const session = await this.#storage.read(await this.#holder.value())
    return session.isNew ? undefined : session
  }

  /**
   * Changes their session as another request of theirs would, and takes the cookie of that.
   *
   * @throws {SessionError} `ERR_SESSION_CONFIG` if they have no session, or if it is over.
   */
  async change(edit: (session: Session<Data, Flash>) => void | Promise<void>): Promise<void> {
    const session = await this.session()
    if (session === undefined) {
      throw new SessionError('ERR_SESSION_CONFIG', 'This visitor has no session to change')
    }
    await edit(session)
    await this.#holder.keep(await this.#storage.save(session))
  }

  /**
   * Ends their session, as from another device. They keep the cookie, which stands for nothing then. With cookie storage,
   * where nothing but the cookie is there to end, they lose it. Nothing happens if the session is over.
   */
  async end(): Promise<void> {
    const session = await this.session()
    if (session === undefined) return
    session.destroy()
    await this.#storage.save(session)
    if ((await this.session()) !== undefined) this.#holder.drop()
  }
}
