import { error, redirect } from '@sveltejs/kit'
import { session } from 'coatcheck/sveltekit'
import { sequence } from '@sveltejs/kit/hooks'

// Which case runs now is known to the test, which has this server in its own process.
const made = new WeakMap()

function make({ cookie, storage, second, options }) {
  const first = session(cookie, storage, options)
  if (second === undefined) return sequence(first, throwing)
  const keep = ({ event, resolve }) => {
    event.locals.first = event.locals.session
    return resolve(event)
  }
  return sequence(first, keep, session(second.cookie, second.storage))
}

function throwing({ event, resolve }) {
  const { pathname } = event.url
  if (!pathname.startsWith('/hook/')) return resolve(event)
  event.locals.session.set('name', pathname)
  if (pathname === '/hook/redirect') redirect(303, '/look')
  error(403)
}

export function handle(input) {
  const { app } = globalThis.adapterCase
  if (app === undefined) error(404)
  if (!made.has(app)) made.set(app, make(app))
  return made.get(app)(input)
}

export function handleError() {}
