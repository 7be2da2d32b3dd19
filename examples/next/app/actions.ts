'use server'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { getSession, storage, withSession } from '../lib/sessions.ts'

export const login = withSession(async (form: FormData) => {
  const session = await getSession()
  const name = String(form.get('name'))
  session.login(name, { label: (await headers()).get('user-agent') ?? 'unknown' })
  session.flash('notice', `Welcome, ${name}`)
  redirect('/')
})

export const add = withSession(async (form: FormData) => {
  const session = await getSession()
  session.update('cart', (cart) => [...(cart ?? []), String(form.get('item'))])
  redirect('/')
})

export const end = withSession(async (form: FormData) => {
  const { userId } = await getSession()
  await storage.revoke(String(form.get('handle')), { userId })
  redirect('/')
})

export const logout = withSession(async () => {
  const session = await getSession()
  session.destroy()
  redirect('/')
})
