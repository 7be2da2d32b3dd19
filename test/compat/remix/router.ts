import { createRouter, type Middleware } from '@remix-run/fetch-router'
import { formData as remixFormData } from '@remix-run/form-data-middleware'
import type {
  Session as RemixSession,
  SessionStorage as RemixSessionStorage,
} from '@remix-run/session'
import { createCookieSessionStorage } from '@remix-run/session/cookie-storage'
import { createFsSessionStorage } from '@remix-run/session/fs-storage'
import { createMemorySessionStorage } from '@remix-run/session/memory-storage'
import { session as remixSession } from '@remix-run/session-middleware'
import { withSession } from 'coatcheck/fetch'
import { session } from 'coatcheck/fetch-router'
import { describe } from 'node:test'
import type { Cookie, ForeignSessionStorage, ServeOptions } from 'coatcheck'
import type { Serve } from '../../frameworks/visitor.ts'
import { temporaryFolder } from '../../storages/temporary-folder.ts'

type Entry<Key, Value> = { key: Key; value: Value }
type OlderMiddleware = (
  ...context: Parameters<ReturnType<typeof remixSession>>
) => ReturnType<ReturnType<typeof remixSession>>

/**
 * Remix's middleware packages, in the newest versions there are to install, were made for fetch-router
 * 0.18: in 0.20 the context has another type, and a middleware that returns nothing must say `next()`.
 */
function madeFor018(middleware: OlderMiddleware): Middleware<any> {
  return async (context, next) => (await middleware(context as never, next)) ?? next()
}

export function remixSessionMiddleware(
  ...options: Parameters<typeof remixSession>
): Middleware<Entry<typeof RemixSession, RemixSession>> {
  return madeFor018(remixSession(...options))
}

export function formData(): Middleware<Entry<typeof FormData, FormData>> {
  return madeFor018(remixFormData())
}

export type RemixHandle = (request: Request, session: RemixSession) => Response | Promise<Response>

type MakeServe = (
  options: { cookie: Cookie; storage: ForeignSessionStorage<RemixSession> } & ServeOptions,
  handle: RemixHandle,
) => Serve

const entries: Record<string, MakeServe> = {
  'coatcheck/fetch': (options, handle) => withSession(options, handle),

  'coatcheck/fetch-router': ({ cookie, storage, ...options }, handle) => {
    const router = createRouter({
      middleware: [session(cookie, storage, options)],
      defaultHandler: ({ request, session: current }) => handle(request, current),
    })
    return (request) => router.fetch(request)
  },
}

/** Runs the same cases for each of our middlewares. */
export function describeServing(title: string, cases: (serveWith: MakeServe) => void): void {
  for (const [name, serveWith] of Object.entries(entries)) {
    describe(`${title} (${name})`, () => cases(serveWith))
  }
}

/** Remix's own storages. */
export const remixStorages: Record<string, () => RemixSessionStorage> = {
  '@remix-run/session/memory-storage': () => createMemorySessionStorage(),
  '@remix-run/session/cookie-storage': () => createCookieSessionStorage(),
  '@remix-run/session/fs-storage': () => createFsSessionStorage(temporaryFolder()),
}
