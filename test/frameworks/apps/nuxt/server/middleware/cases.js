export default defineEventHandler(async (event) => {
  const { app, respond } = globalThis.adapterCase
  const handler = app.handlers[getRequestURL(event).pathname]
  if (handler === undefined) return
  const { session, second } = event.context
  return respond(await handler(...(second ? [session, second] : [session])))
})
