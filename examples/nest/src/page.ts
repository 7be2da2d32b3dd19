import type { AppSession, SessionInfo } from 'coatcheck'

const safe = (text: unknown) =>
  String(text ?? '').replace(/[&<"]/g, (one) => `&#${one.charCodeAt(0)};`)

const form = (what: string, button: string, inside = '') =>
  `<form method="post" action="/do/${what}">${inside}<button>${button}</button></form>`

export function page(session: AppSession, devices: readonly SessionInfo[]): string {
  const { userId } = session
  const cart = session.get('cart') ?? []
  const item = '<input name="item" value="scarf" aria-label="Item">'
  const rows = devices.map(({ handle, label }) => {
    const field = `<input type="hidden" name="handle" value="${handle}">`
    const end = handle === session.handle ? '(this one)' : form('end', 'End', field)
    return `<li>${safe(label)} ${end}</li>`
  })
  return `<!doctype html><html lang="en"><title>Coatcheck on Nest</title>
    <h1>${userId === undefined ? 'Good evening' : `Good evening, ${safe(userId)}`}</h1>
    <p role="status">${safe(session.get('notice'))}</p>
    ${form('add', 'Add', `<p>${cart.length} in the cart: ${safe(cart.join(', '))}</p>${item}`)}
    ${userId === undefined ? form('login', 'Log in', '<input name="name" aria-label="Name">') : form('logout', 'Log out')}
    <ul>${rows.join('')}</ul><p><a href="/account">Account</a></p></html>`
}
