import { sequence } from 'astro:middleware'
import { session } from 'coatcheck/astro'

// Which case runs now is known to the test, which has this server in its own process.
const made = new WeakMap()

function make({ cookie, storage, second, options }) {
  const first = session(cookie, storage, options)
  if (second === undefined) return first
  const keep = (context, next) => {
    context.locals.first = context.locals.session
    return next()
  }
  return sequence(first, keep, session(second.cookie, second.storage))
}

export function onRequest(context, next) {
  const { app } = globalThis.adapterCase
  if (!made.has(app)) made.set(app, make(app))
  return made.get(app)(context, next)
}
