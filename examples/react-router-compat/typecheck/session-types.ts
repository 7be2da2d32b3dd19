// Compiled, never run: Coatcheck's storage goes wherever React Router's own is asked for.
import type { Cookie, Session, SessionStorage } from 'react-router'
import { createCookie, type Session as CoatcheckSession } from 'coatcheck/compat/react-router'
import { sessionStorage, type SessionData, type SessionFlash } from '../app/sessions.server.ts'

sessionStorage satisfies SessionStorage<SessionData, SessionFlash>
createCookie('theme') satisfies Cookie

export async function readUser(storage: SessionStorage<SessionData, SessionFlash>) {
  const session: Session<SessionData, SessionFlash> = await storage.getSession()
  // A session of theirs is one of ours as well, and what is in it keeps its type.
  const ours: CoatcheckSession<SessionData, SessionFlash> = session
  ours satisfies Session<SessionData, SessionFlash>
  // @ts-expect-error -- a message is no value
  session.set('notice', 'hello')
  return ours.get('userId') satisfies string | undefined
}

void readUser(sessionStorage)
// @ts-expect-error -- another type of data
void readUser(sessionStorage as SessionStorage<{ userId: number }>)
