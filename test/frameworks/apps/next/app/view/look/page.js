import { getSession } from '../../../lib/sessions.js'

export default async function Look() {
  const [session, again] = await Promise.all([getSession(), getSession()])
  return (
    <>
      <p>page: {session.get('name')}</p>
      <p role="status">{session.get('notice')}</p>
      <p>{session === again ? 'one session' : 'several sessions'}</p>
    </>
  )
}
