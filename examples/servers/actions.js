import { storage } from './sessions.js'

/** What the forms of the pages do to the session. */
const actions = {
  add(session, { item }) {
    // update() is exact, also when two tabs add at the same moment.
    session.update('cart', (cart = []) => [...cart, item])
    session.flash('notice', `The ${item} is in your cart.`)
  },

  login(session, { name }, device) {
    // Check a password here. The visitor gets a new id, and the old one ends at once.
    session.login(name, { label: device })
    session.flash('notice', `Welcome, ${name}.`)
  },

  async end({ userId }, { handle }) {
    // The handle comes from a form: with the user's id nobody ends what is not theirs.
    if (userId !== undefined) await storage.revoke(handle, { userId })
  },

  logout(session) {
    session.destroy()
  },
}

/** Does what a form asks for, and nothing if it asks for something else. */
export async function act(what, session, { form, device = 'A browser' }) {
  if (!Object.hasOwn(actions, what)) return
  const fields = Object.entries(form ?? {}).map(([name, text]) => [name, String(text).slice(0, 80)])
  if (fields.some(([, text]) => text === '')) return
  await actions[what](session, Object.fromEntries(fields), device.slice(0, 80))
}
