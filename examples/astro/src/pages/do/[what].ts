import type { APIRoute } from 'astro'
import { storage } from '../../lib/sessions.ts'

export const POST: APIRoute = async ({ params, request, redirect, locals: { session } }) => {
  const form = await request.formData()
  const given = (name: string) => String(form.get(name))
  if (params.what === 'login') {
    session.login(given('name'), { label: request.headers.get('user-agent') ?? 'unknown' })
    session.flash('notice', `Welcome, ${given('name')}`)
  } else if (params.what === 'add') {
    session.update('cart', (cart) => [...(cart ?? []), given('item')])
  } else if (params.what === 'end') {
    await storage.revoke(given('handle'), { userId: session.userId })
  } else if (params.what === 'logout') {
    session.destroy()
  }
  return redirect('/', 303)
}
