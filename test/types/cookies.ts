// Compiled, never run: what importers take and give.
import type session from 'express-session'
import { createCookie, type CookieImporter } from 'coatcheck'
import {
  expressSession,
  type ExpressStore,
  ironSession,
  reactRouterCookie,
  remixCookie,
} from 'coatcheck/compat/cookies'
import { exactly } from './equal.ts'

/** An environment variable may be missing: at run time that is said by its name. */
createCookie('session', { secrets: [process.env['SESSION_SECRET']] })

exactly<CookieImporter>()(remixCookie())
exactly<CookieImporter>()(reactRouterCookie({ secrets: ['old'] }))
exactly<CookieImporter>()(ironSession({ password: { 1: 'one', 2: 'two' } }))
exactly<CookieImporter>()(expressSession())

export const cookie = createCookie('session', {
  accept: [
    remixCookie({ userId: ({ userId }) => userId, load: async () => undefined }),
    reactRouterCookie({ load: (id) => ({ values: { id }, flash: { notice: 1 } }) }),
    ironSession({ password: 'one', userId: (values) => values.user?.id }),
  ],
})

declare const memory: session.MemoryStore
expressSession({ store: memory, userId: (values) => values.passport?.user })
/** As `@types/express-session` has it. */
export function typed(store: {
  get(sid: string, callback: (err: any, session?: { cookie: object } | null) => void): void
}): Pick<ExpressStore, 'get'> {
  return store
}

// @ts-expect-error -- the password is needed
ironSession({})
// @ts-expect-error -- a session has values
remixCookie({ load: () => ({ user: 'ada' }) })
// @ts-expect-error -- iron-session's cookies hold their session
ironSession({ password: 'one', load: () => undefined })
