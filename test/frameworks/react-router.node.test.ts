import { createContext, redirect, type RouterContextProvider } from 'react-router'
import type { Session } from 'coatcheck'
import { session, sessionContext } from 'coatcheck/react-router'
import type { AdapterFixture, Reply } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { serving } from './parts/fetch-server.ts'
import { reactRouterApp } from './parts/react-router-app.ts'
import { textStream } from './parts/text-stream.ts'

const secondContext = createContext<Session>()

function say(reply: Reply): Response {
  if ('redirect' in reply) return redirect(reply.redirect, 303)
  if ('json' in reply) return Response.json(reply.json)
  if ('stream' in reply) return new Response(textStream(reply.stream))
  if ('empty' in reply) return new Response(null, { status: reply.empty })
  return new Response(reply.text, {
    status: reply.status ?? 200,
    headers: [...(reply.headers ?? [])] as [string, string][],
  })
}

const fixture: AdapterFixture = {
  async start({ cookie, storage, second, options, handlers }) {
    const middleware = [session(cookie, storage, options)]
    if (second !== undefined) {
      middleware.push(session(second.cookie, second.storage, { context: secondContext }))
    }
    const modules = Object.entries(handlers).map(([path, handler]) => {
      const answer = async ({ context }: { context: Readonly<RouterContextProvider> }) => {
        const other = second && context.get(secondContext)
        return say(await handler(context.get(sessionContext), other))
      }
      return [path, { loader: answer, action: answer }] as const
    })
    return serving(reactRouterApp(middleware, Object.fromEntries(modules)))
  },
}

describeAdapter('React Router', fixture)
