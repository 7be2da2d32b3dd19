import { redirect } from 'react-router'
import { commitSession, getSession } from './sessions.server.ts'
import { findUser } from './users.server.ts'

/** The user of a request, with the session. Strangers are sent to the login, with a message. */
export async function requireUser(request: Request) {
  const session = await getSession(request.headers.get('Cookie'))
  const user = findUser(session.get('userId'))
  if (user) return { session, user }

  session.flash('notice', 'Please log in to see your account.')
  throw redirect('/login', { headers: { 'Set-Cookie': await commitSession(session) } })
}
