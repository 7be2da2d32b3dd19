import { createStart } from '@tanstack/react-start'
import { session } from 'coatcheck/tanstack-start'

// Which case runs now is known to the test, which has this server in its own process.
const made = new WeakMap()

function make({ cookie, storage, second, options }) {
  const first = session(cookie, storage, options)
  if (second === undefined) return [first]
  return [first, session(second.cookie, second.storage, { property: 'second' })]
}

export const startInstance = createStart(() => {
  const { app } = globalThis.adapterCase
  if (!made.has(app)) made.set(app, make(app))
  return { requestMiddleware: made.get(app) }
})
