import { redirect } from '@sveltejs/kit'

async function answer({ locals, url }) {
  const { app, respond } = globalThis.adapterCase
  const sessions = locals.first ? [locals.first, locals.session] : [locals.session]
  const reply = await app.handlers[url.pathname](...sessions)
  if ('redirect' in reply) redirect(303, reply.redirect)
  return respond(reply)
}

export const GET = answer
export const POST = answer
