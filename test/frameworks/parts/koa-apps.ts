import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import type Koa from 'koa'
import type { AdapterFixture, Reply } from 'coatcheck/testing'
import { session } from 'coatcheck/koa'
import { listening } from './server.ts'

/** It has the types of the third. */
export const Koa2 = createRequire(import.meta.url)('koa-2') as typeof Koa

function answer(ctx: Koa.Context, reply: Reply): void {
  if ('redirect' in reply) {
    ctx.redirect(reply.redirect)
    ctx.status = 303
  } else if ('json' in reply) ctx.body = reply.json
  else if ('stream' in reply) ctx.body = Readable.from(reply.stream)
  else if ('empty' in reply) ctx.status = reply.empty
  else {
    const { text, status = 200, headers = [] } = reply
    for (const [name, value] of headers) ctx.append(name, value)
    ctx.status = status
    ctx.body = text
  }
}

export function koaFixture(Framework: typeof Koa): AdapterFixture {
  return {
    async start({ cookie, storage, second, options, handlers }) {
      const app = new Framework()
      app.silent = true
      app.use(session(cookie, storage, options))
      if (second !== undefined) {
        app.use(session(second.cookie, second.storage, { property: 'second' }))
      }
      app.use(async (ctx) => answer(ctx, await handlers[ctx.path]!(ctx.session, ctx['second'])))
      return listening(createServer(app.callback()))
    },
  }
}
