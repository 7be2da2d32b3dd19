import { served, sessions } from '../../lib/sessions.js'

const answer = served(async (request) => {
  const { app, respond } = globalThis.adapterCase
  const all = await Promise.all(sessions().map(({ getSession }) => getSession()))
  return respond(await app.handlers[new URL(request.url).pathname](...all))
})

export { answer as GET, answer as POST }
