import { isCookie, type Cookie } from '../core/cookie/cookie.ts'
import { configError } from '../core/errors.ts'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import type { LoginOptions } from '../core/session/login.ts'
import type { Session, SessionData, UntypedData } from '../core/session/session.ts'
import { CookieHolder } from './app/cookie-holder.ts'
import { TestVisitor } from './app/visitor.ts'

export type { LoginOptions } from '../core/session/login.ts'
export type { SessionData, UntypedData } from '../core/session/session.ts'
export { fakeClock, type TestClock } from './clock.ts'
export type { BrowserCookie, CookieSource } from './app/cookie-holder.ts'
export type { TestVisitor } from './app/visitor.ts'

export interface TestVisitorOptions<Data extends SessionData, Flash extends SessionData> {
  /** The cookie that the app's middleware has. */
  cookie: Cookie
  /** The storage that the app's middleware has, or another one on the same store. */
  storage: SessionStorage<Data, Flash>
  /**
   * Where the app answers. Its scheme and host decide, as for a browser, whether the cookie keeps a prefix such as `__Host-`.
   * Without it, `headers` have the cookie under both names, so the app finds it wherever a test sends the request, and
   * `browserCookies()` are for `http://localhost`.
   */
  url?: string | undefined
}

const kinds: OptionKinds<TestVisitorOptions<never, never>> = {
  cookie: 'any',
  storage: 'object',
  url: 'string',
}

/** What is done to a session before it is saved. */
export type Prepare<Data extends SessionData, Flash extends SessionData> = (
  session: Session<Data, Flash>,
) => void | Promise<void>

/** Makes visitors of an app under test, who need no login form. */
export interface TestVisitors<Data extends SessionData, Flash extends SessionData> {
  /**
   * A visitor who is logged in.
   *
   * @param options Those of `session.login()`, and `prepare`, which puts values into the session.
   */
  login(
    userId: string,
    options?: LoginOptions & { prepare?: Prepare<Data, Flash> | undefined },
  ): Promise<TestVisitor<Data, Flash>>
  /**
   * A visitor who is not logged in.
   *
   * @param prepare Puts values into the session. Without it the visitor has no cookie yet.
   */
  visit(prepare?: Prepare<Data, Flash>): Promise<TestVisitor<Data, Flash>>
}

/**
 * Makes visitors for the tests of an app: with a cookie of a session that is really in the app's storage. The app is not
 * changed for it, and nothing of it is replaced.
 *
 * @example
 * ```ts
 * const visitors = createTestVisitors({ cookie, storage })
 * const ada = await visitors.login('ada')
 * const response = await fetch(`${url}/account`, { headers: ada.headers })
 * ```
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createTestVisitors<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
>(options: TestVisitorOptions<Data, Flash>): TestVisitors<Data, Flash> {
  const own = readOptions('createTestVisitors()', options, kinds)
  const { cookie, storage, url } = own
  if (!isCookie(cookie) || typeof storage?.read !== 'function') {
    throw configError('createTestVisitors() needs { cookie, storage }: those of the app')
  }
  if (url !== undefined && !(/^https?:\/\/[^/]/i.test(url) && URL.canParse(url))) {
    throw configError('url must say where the app answers, such as "http://localhost:3000"')
  }

  async function begin(prepare: Prepare<Data, Flash>): Promise<TestVisitor<Data, Flash>> {
    const session = await storage.read(null)
    await prepare(session)
    const holder = new CookieHolder(cookie, url)
    await holder.keep(await storage.save(session))
    return new TestVisitor(storage, holder)
  }

  return {
    async login(userId, options) {
      if (typeof options === 'function') throw configError('login() takes { prepare }')
      const { prepare, ...login } = options ?? {}
      return begin(async (session) => {
        session.login(userId, login)
        await prepare?.(session)
      })
    },
    visit: (prepare = () => {}) => begin(prepare),
  }
}
