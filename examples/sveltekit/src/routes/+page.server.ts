import { redirect } from '@sveltejs/kit'
import { storage } from '../lib/server/sessions.ts'
import type { Actions, PageServerLoad } from './$types'

export const load: PageServerLoad = async ({ locals: { session } }) => {
  const { userId, handle } = session
  const devices = userId === undefined ? [] : await storage.sessionsOf(userId)
  return { userId, handle, devices, notice: session.get('notice'), cart: session.get('cart') ?? [] }
}

export const actions: Actions = {
  async login({ request, locals: { session } }) {
    const name = String((await request.formData()).get('name'))
    session.login(name, { label: request.headers.get('user-agent') ?? 'unknown' })
    session.flash('notice', `Welcome, ${name}`)
    redirect(303, '/')
  },
  async add({ request, locals: { session } }) {
    const item = String((await request.formData()).get('item'))
    session.update('cart', (cart) => [...(cart ?? []), item])
    redirect(303, '/')
  },
  async end({ request, locals: { session } }) {
    const handle = String((await request.formData()).get('handle'))
    await storage.revoke(handle, { userId: session.userId })
    redirect(303, '/')
  },
  logout({ locals: { session } }) {
    session.destroy()
    redirect(303, '/')
  },
}
