/* What visitors have typed is escaped: names, items, and what their browsers call themselves. */

const safe = (text) => String(text ?? '').replace(/[&<"]/g, (one) => `&#${one.charCodeAt(0)};`)

const form = (what, button, inside = '') =>
  `<form method="post" action="/${what}">${inside} <button>${button}</button></form>`

export function homePage(session, devices) {
  const { userId } = session
  const cart = session.get('cart') ?? []
  const rows = devices.map(({ handle, label }) => {
    const field = `<input type="hidden" name="handle" value="${handle}">`
    const end = handle === session.handle ? '(this one)' : form('end', 'End', field)
    return `<li>${safe(label)} ${end}</li>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Coatcheck</title>
    <h1>${userId === undefined ? 'Good evening' : `Good evening, ${safe(userId)}`}</h1>
    <p role="status">${safe(session.get('notice'))}</p>
    <p>${cart.length} in the cart: ${safe(cart.join(', '))}</p>
    ${form('add', 'Add', '<input name="item" value="scarf" aria-label="Item">')}
    ${userId === undefined ? form('login', 'Log in', '<input name="name" aria-label="Name">') : form('logout', 'Log out')}
    <ul>${rows.join('')}</ul><p><a href="/account">Account</a></p></html>`
}

export function accountPage({ userId }) {
  return `<!doctype html><html lang="en"><title>Coatcheck</title><h1>The account of ${safe(userId)}</h1></html>`
}
