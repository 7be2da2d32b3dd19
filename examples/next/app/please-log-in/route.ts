import { redirect } from 'next/navigation'
import { getSession, withSession } from '../../lib/sessions.ts'

// A page cannot leave a message, because it cannot set a cookie. A route handler can.
export const GET = withSession(async () => {
  const session = await getSession()
  session.flash('notice', 'Please log in first')
  redirect('/')
})
