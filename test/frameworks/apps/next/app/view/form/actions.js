'use server'
import { redirect } from 'next/navigation'
import { getSession, served } from '../../../lib/sessions.js'

export const act = served(async (form) => {
  const session = await getSession()
  const what = form.get('what')
  if (what === 'log in') session.login(form.get('name'))
  else if (what === 'log out') session.destroy()
  else session.set('name', form.get('name'))
  if (!session.destroyed) session.flash('notice', `after ${what}`)
  if (what === 'throw') throw new Error('a mistake in the app')
  if (what === 'redirect') redirect('/view/look')
})
