import { redirect } from 'react-router'
import { sessionContext } from 'coatcheck/react-router'
import { storage } from '../sessions.server.ts'
import type { Route } from './+types/do.ts'

export async function action({ request, params, context }: Route.ActionArgs) {
  const session = context.get(sessionContext)
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
  return redirect('/')
}
