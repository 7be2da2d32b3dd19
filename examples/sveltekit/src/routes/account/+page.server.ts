import { redirect } from '@sveltejs/kit'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = ({ locals: { session } }) => {
  if (session.userId === undefined) {
    session.flash('notice', 'Please log in first')
    redirect(303, '/')
  }
  return { userId: session.userId }
}
