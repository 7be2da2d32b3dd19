import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

/* Over real sockets, where a runtime has a server for Fetch handlers: what is sent may differ from what a Response says. */

interface Server {
  port: number
  stop(): unknown
}

type Handler = (request: Request) => Promise<Response>

interface Runtime {
  Bun?: { serve(options: { port: number; hostname: string; fetch: Handler }): Server }
  Deno?: {
    serve(
      options: { port: number; hostname: string; onListen(): void },
      handler: Handler,
    ): { addr: { port: number }; shutdown(): unknown }
  }
}

const { Bun, Deno } = globalThis as Runtime

function serve(handler: Handler): Server | undefined {
  const where = { port: 0, hostname: '127.0.0.1' }
  if (Bun) return Bun.serve({ ...where, fetch: handler })
  if (!Deno) return undefined
  const server = Deno.serve({ ...where, onListen: () => {} }, handler)
  return { port: server.addr.port, stop: () => server.shutdown() }
}

const handler = withSession(
  {
    cookie: createCookie('session', { secrets: ['Qw8eR2tY5uI1oP7aS4dF9gH3jK6lZ0xC'] }),
    storage: createMemorySessionStorage(),
  },
  (_, session) => new Response(`Visit ${session.update('visits', (n) => (n ?? 0) + 1)}`),
)

it('a text stays a text when it carries a new cookie', async () => {
  const server = serve(handler)
  const response = server
    ? await fetch(`http://127.0.0.1:${server.port}/`)
    : await handler(new Request('http://127.0.0.1/'))
  assert.match(response.headers.get('Set-Cookie') ?? '', /^session=/)
  assert.match(response.headers.get('Content-Type') ?? '', /^text\/plain/)
  assert.equal(await response.text(), 'Visit 1')
  await server?.stop()
})
