export const prerender = false

export async function ALL({ locals, url }) {
  const { app, respond } = globalThis.adapterCase
  const sessions = locals.first ? [locals.first, locals.session] : [locals.session]
  return respond(await app.handlers[url.pathname](...sessions))
}
