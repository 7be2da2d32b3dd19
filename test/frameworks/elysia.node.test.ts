import { Elysia, redirect, type Context } from 'elysia'
import { session } from 'coatcheck/elysia'
import type { Session } from 'coatcheck'
import type { AdapterFixture, Reply } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { serving } from './parts/fetch-server.ts'

function say({ set, request }: Pick<Context, 'set' | 'request'>, reply: Reply): unknown {
  // Elysia makes it with Response.redirect(), which takes whole URLs only, outside of Bun.
  if ('redirect' in reply) return redirect(new URL(reply.redirect, request.url).href, 303)
  if ('json' in reply) return reply.json
  if ('stream' in reply) return pieces(reply.stream)
  if ('empty' in reply) return new Response(null, { status: reply.empty })
  set.status = reply.status ?? 200
  const cookies = []
  for (const [name, value] of reply.headers ?? []) {
    if (name === 'Set-Cookie') cookies.push(value)
    else set.headers[name.toLowerCase()] = value
  }
  if (cookies.length > 0) set.headers['set-cookie'] = cookies as never
  return reply.text
}

async function* pieces(stream: AsyncIterable<string>): AsyncGenerator<string> {
  yield* stream
}

const fixture: AdapterFixture = {
  async start({ cookie, storage, second, options, handlers }) {
    const app = new Elysia().use(session(cookie, storage, options))
    if (second !== undefined) {
      app.use(session(second.cookie, second.storage, { property: 'second' }))
    }
    for (const [path, handler] of Object.entries(handlers)) {
      app.all(path, async (context) =>
        say(context, await handler(context.session, (context as { second?: Session }).second)),
      )
    }
    return serving((request) => app.handle(request))
  },
}

describeAdapter('Elysia', fixture)
