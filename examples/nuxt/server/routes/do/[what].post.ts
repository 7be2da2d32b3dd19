export default defineEventHandler(async (event) => {
  const { session } = event.context
  const form = new URLSearchParams(await readRawBody(event))
  const given = (name: string) => form.get(name) ?? ''
  const what = getRouterParam(event, 'what')
  if (what === 'login') {
    session.login(given('name'), { label: getHeader(event, 'user-agent') ?? 'unknown' })
    session.flash('notice', `Welcome, ${given('name')}`)
  } else if (what === 'add') {
    session.update('cart', (cart) => [...(cart ?? []), given('item')])
  } else if (what === 'end') {
    await storage.revoke(given('handle'), { userId: session.userId })
  } else if (what === 'logout') {
    session.destroy()
  }
  return sendRedirect(event, '/', 303)
})
