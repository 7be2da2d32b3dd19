import type { Cookie } from '../core/cookie/cookie.ts'
import type { SessionEvent } from '../core/events.ts'
import type { ReadOptions } from '../core/life-cycle/begin.ts'
import { parseSessionId } from '../core/record/id.ts'
import type { VisitRequest } from '../core/serving/arrival.ts'
import type { Session } from '../core/session/session.ts'
import { stateOf } from '../core/session/state-of.ts'
import { adviceOn, type SentCookie, sentCookies } from './cookies.ts'
import type { Notebook, RequestNote, SessionNote } from './notebook.ts'
import type { createScopes } from './request-scope.ts'
import { sessionNote } from './watch-storage.ts'

/** What the page shows to one visitor. */
export interface Report {
  now: number
  session: SessionNote | undefined
  requests: readonly RequestNote[]
  events: readonly SessionEvent[]
  cookies: readonly SentCookie[]
  advice: readonly string[]
  /** Whether the session travels in its cookie. */
  isInCookie: boolean
}

export interface Sources {
  cookie: Cookie
  notebook: Notebook
  scopes: ReturnType<typeof createScopes>
  /** Reads a session, and takes no notes of that. */
  read: (value: string | null, options?: ReadOptions) => Promise<Session>
}

/**
 * Looks at the session that a request comes with. It saves nothing, keeps nothing alive and uses no message up.
 *
 * @param isFirst Whether the store may be asked. While the page stays open it shows what the notes say.
 */
export async function reportTo(
  request: VisitRequest,
  { cookie, notebook, scopes, read }: Sources,
  isFirst: boolean,
): Promise<Report> {
  const header = request.headers.get('cookie') ?? ''
  const reading = await cookie.read(header, request)
  const { value } = reading
  const handle = value === null ? undefined : parseSessionId(value)?.handle
  const isInCookie = value !== null && handle === undefined
  if (value !== null && (isFirst || isInCookie)) {
    const scope = { name: '', conflicts: 0, isOwn: true }
    const session = await scopes.run(scope, () =>
      read(value, { flashUse: () => 'none', touch: false }),
    )
    const state = stateOf(session)
    if (state.loaded !== undefined) notebook.noteSession(sessionNote(state.loaded, state))
    else if (handle !== undefined) notebook.forgetSession(handle)
    if (isInCookie) return report(state.loaded === undefined ? undefined : state.handle)
  }
  return report(handle)

  async function report(own: string | undefined): Promise<Report> {
    const session = own === undefined ? undefined : notebook.session(own)
    const isLive = session !== undefined
    return {
      now: notebook.now(),
      session,
      requests: own === undefined ? [] : notebook.requests(own),
      events: notebook.events(),
      cookies: await sentCookies(cookie, { request, header, reading, isLive }),
      advice: adviceOn(cookie),
      isInCookie,
    }
  }
}
