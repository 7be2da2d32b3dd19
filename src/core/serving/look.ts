import type { Cookie } from '../cookie/cookie.ts'
import type { SessionStorage } from '../life-cycle/session-storage.ts'
import type { Session, SessionData } from '../session/session.ts'
import { eventsOf, receive, type VisitRequest } from './arrival.ts'
import type { Examine } from './check.ts'
import type { ForeignSessionStorage } from './foreign-session.ts'
import type { Touch } from './touch.ts'

/** Who looks, and what becomes of it. */
interface Looking<Data extends SessionData, Flash extends SessionData> {
  cookie: Cookie
  storage: SessionStorage<Data, Flash>
  touch?: Touch | undefined
  check?: Examine | undefined
  /** What the error for a change says: where the session can be changed. */
  advice: string
}

/**
 * The session of a request whose response can carry nothing of ours: it can be read, and a change throws
 * `ERR_SESSION_READ_ONLY`. The messages that it shows are used up, and the visit is noted, before anybody sees it; where the
 * cookie is the session, neither can be. A session that is not stored is not stored by a look at it either.
 *
 * @throws {SessionError} `ERR_SESSION_STORE` if the store fails.
 */
export async function lookAtSession<Data extends SessionData, Flash extends SessionData>(
  { cookie, storage, touch, check, advice }: Looking<Data, Flash>,
  request: VisitRequest,
): Promise<Session<Data, Flash>> {
  const ours = storage as unknown as ForeignSessionStorage<Session<Data, Flash>>
  const source = { storage: ours, events: eventsOf(storage), touch, check }
  const { session, state } = await receive(cookie, source, request)
  if (state!.loaded !== undefined) await storage.save(session)
  state!.makeReadOnly(advice)
  return session
}
