import { createRouter } from '@remix-run/fetch-router'
import { Session } from 'coatcheck'
import { withSession } from 'coatcheck/fetch'
import { session } from 'coatcheck/fetch-router'
import type { AdapterApp, AdapterFixture } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { serving } from './parts/fetch-server.ts'
import { respond } from './parts/respond.ts'

async function answer(
  { handlers }: AdapterApp,
  { url }: Request,
  ...sessions: [Session, Session?]
): Promise<Response> {
  return respond(await handlers[new URL(url).pathname]!(...sessions))
}

const fetchFixture: AdapterFixture = {
  async start(app) {
    const { cookie, storage, second, options } = app
    return serving(
      withSession({ cookie, storage, ...options }, (request, first) => {
        if (second === undefined) return answer(app, request, first)
        const inner = withSession(second, (_, other) => answer(app, request, first, other))
        return inner(request)
      }),
    )
  },
}

const routerFixture: AdapterFixture = {
  async start(app) {
    const { cookie, storage, second, options, handlers } = app
    const router = createRouter({ middleware: [session(cookie, storage, options)] })
    for (const path of Object.keys(handlers)) {
      const first = (context: { get(key: typeof Session): Session }) => context.get(Session)
      if (second === undefined) {
        router.route('ANY', path, (context) => answer(app, context.request, first(context)))
        continue
      }
      // The context has the session of the innermost middleware, and that of the one around it again outside.
      router.route('ANY', path, (context) => {
        const outer = first(context)
        const inner = session(second.cookie, second.storage)
        const next = async () => answer(app, context.request, outer, first(context))
        return inner(context as never, next) as Promise<Response>
      })
    }
    return serving((request) => router.fetch(request))
  },
}

describeAdapter('fetch', fetchFixture)
describeAdapter('fetch-router', routerFixture, { givesUp: true })
