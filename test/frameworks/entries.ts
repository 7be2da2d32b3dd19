import { createRouter } from '@remix-run/fetch-router'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { session as sessionMiddleware } from 'coatcheck/fetch-router'
import type { Cookie, ServeOptions, Session, SessionStorage } from 'coatcheck'
import { describe } from 'node:test'
import type { Serve } from './visitor.ts'

export type Handle = (request: Request, session: Session) => Response | Promise<Response>

/** Puts one handler behind an entry's middleware. */
export type MakeServe = (
  options: { cookie: Cookie; storage: SessionStorage } & ServeOptions,
  handle: Handle,
) => Serve

/** Every entry that serves fetch requests. */
const entries: Record<string, MakeServe> = {
  'coatcheck/fetch': (options, handle) => withSession(options, handle),

  'coatcheck/fetch-router': ({ cookie, storage, ...options }, handle) => {
    const router = createRouter({
      middleware: [sessionMiddleware(cookie, storage, options)],
      defaultHandler: ({ request, session }) => handle(request, session),
    })
    return (request) => router.fetch(request)
  },
}

/** Runs the same cases for each entry. */
export function describeEntries(title: string, cases: (serveWith: MakeServe) => void): void {
  for (const [name, serveWith] of Object.entries(entries)) {
    describe(`${title} (${name})`, () => cases(serveWith))
  }
}

export const secrets = [
  'the first key of the tests: 7Q2mXw-9Lr',
  'an older one of theirs: k4NdVu_83Zb',
]

export function sessionCookie(): Cookie {
  return createCookie('session', { secrets: [secrets[0]!] })
}

/** The Set-Cookie headers of this name. */
export function setCookies(response: Response, name = 'session'): string[] {
  return response.headers.getSetCookie().filter((line) => line.startsWith(`${name}=`))
}
