import { session } from 'coatcheck/nuxt'

// Which case runs now is known to the test, which has this server in its own process.
const made = new WeakMap()

export default ({ h3App }) => {
  const { handler } = h3App

  function make({ cookie, storage, second, options }) {
    const app = { handler }
    if (second) session(second.cookie, second.storage, { property: 'second' })(app)
    session(cookie, storage, options)(app)
    return app
  }

  h3App.handler = (event) => {
    const { app } = globalThis.adapterCase
    if (!made.has(app)) made.set(app, make(app))
    return made.get(app).handler(event)
  }
}
