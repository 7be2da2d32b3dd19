import { Hono, type Context } from 'hono'
import type { Session } from 'coatcheck'
import { session } from 'coatcheck/hono'
import type { AdapterApp, Reply } from 'coatcheck/testing'
import { textStream } from './text-stream.ts'

function say(c: Context, reply: Reply): Response {
  if ('redirect' in reply) return c.redirect(reply.redirect, 303)
  if ('json' in reply) return c.json(reply.json as never)
  if ('stream' in reply) return c.body(textStream(reply.stream))
  if ('empty' in reply) return c.body(null, reply.empty)
  for (const [name, value] of reply.headers ?? []) c.header(name, value, { append: true })
  return c.text(reply.text, (reply.status ?? 200) as 200)
}

/** An app of Hono with the handlers of a case. */
export function honoApp({
  cookie,
  storage,
  second,
  options,
  handlers,
}: AdapterApp): Pick<Hono, 'fetch'> {
  const app = new Hono<{ Variables: { session: Session; second: Session } }>()
  app.onError((error, c) => {
    if ('getResponse' in error) return error.getResponse()
    return c.text('a mistake', 500)
  })
  app.use(session(cookie, storage, options))
  if (second !== undefined) {
    app.use(session(second.cookie, second.storage, { property: 'second' }))
  }
  for (const [path, handler] of Object.entries(handlers)) {
    app.all(path, async (c) => say(c, await handler(c.get('session'), c.get('second'))))
  }
  return app
}
