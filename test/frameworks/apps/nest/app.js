import 'reflect-metadata'
import { All, Controller, Req, Res, UnauthorizedException } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { session as expressSession } from 'coatcheck/express'
import { session as fastifySession } from 'coatcheck/fastify'

/** Starts Nest on one of its platforms, without TypeScript: decorators are functions. */
export async function start(platform, given) {
  const { cookie, storage, second, options, handlers, say } = given
  class Cases {
    async answer(request, response) {
      const handler = handlers[request.url]
      if (request.url === '/unauthorized') {
        request.session.set('name', 'Grace')
        throw new UnauthorizedException()
      }
      return say(response, await handler(request.session, request.second))
    }
  }
  const { prototype } = Cases
  All(':name')(prototype, 'answer', Object.getOwnPropertyDescriptor(prototype, 'answer'))
  Req()(prototype, 'answer', 0)
  Res()(prototype, 'answer', 1)
  Controller()(Cases)
  // A module of Nest that is made when the app starts.
  const App = { module: Cases, controllers: [Cases] }

  const isExpress = platform === 'express'
  const adapter = isExpress ? new ExpressAdapter() : new FastifyAdapter()
  const app = await NestFactory.create(App, adapter, { logger: false })
  const session = isExpress ? expressSession : fastifySession
  const install = (plugin) => (isExpress ? app.use(plugin) : app.register(plugin))
  await install(session(cookie, storage, options))
  if (second) await install(session(second.cookie, second.storage, { property: 'second' }))
  await app.listen(0, '127.0.0.1')
  return {
    origin: await app.getUrl(),
    async close() {
      app.getHttpServer().closeAllConnections()
      await app.close()
    },
  }
}
