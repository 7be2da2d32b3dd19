import { createFileRoute } from '@tanstack/react-router'

async function ANY({ request, context: { session, second } }) {
  const { app, respond } = globalThis.adapterCase
  const sessions = second === undefined ? [session] : [session, second]
  return respond(await app.handlers[new URL(request.url).pathname](...sessions))
}

export const Route = createFileRoute('/$')({ server: { handlers: { ANY } } })
