import { data } from 'react-router'
import type { Session } from 'coatcheck/compat/react-router'
import { commitSession, type SessionData, type SessionFlash } from './sessions.server.ts'

/**
 * A page's data with the messages that are waiting. Reading them takes them out of the session, so
 * it is committed; otherwise nothing has changed, and strangers get no cookie.
 */
export async function withMessages<PageData extends object>(
  session: Session<SessionData, SessionFlash>,
  pageData: PageData,
) {
  const messages = { notice: session.get('notice'), problem: session.get('problem') }
  const hasSome = Boolean(messages.notice ?? messages.problem)
  return data(
    { ...pageData, messages },
    { headers: hasSome ? { 'Set-Cookie': await commitSession(session) } : {} },
  )
}
