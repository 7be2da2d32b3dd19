import { session } from 'coatcheck/next'

// Which case runs now is known to the test, which has this server in its own process.
const made = new WeakMap()

/** What serves the case that runs now: one of these for each cookie. */
export function sessions() {
  const { app } = globalThis.adapterCase
  if (!made.has(app)) {
    const { cookie, storage, second, options } = app
    const first = session(cookie, storage, options)
    made.set(app, second ? [first, session(second.cookie, second.storage)] : [first])
  }
  return made.get(app)
}

/** Installs them around a handler. */
export function served(handler) {
  return (...args) => {
    const all = sessions()
    return all.reduce((inner, { withSession }) => withSession(inner), handler)(...args)
  }
}

export const getSession = () => sessions()[0].getSession()
