/* oxlint-disable typescript/no-explicit-any -- so are the callbacks and sessions of that API, which apps have typed for themselves */
/** @ts-ignore -- Apps that have no @types/express-session get the types below. */
import type {
  Session as TheirSession,
  SessionData as TheirData,
  Store as TheirStore,
} from 'express-session'
import type { Cookie } from './cookie.ts'
import type { Session } from './session.ts'
import type { Store } from './store.ts'

/** The types of what is not installed are `any`. In tuples, because a condition on such a type is one itself. */
type IsAny<T> = [0] extends [1 & T] ? true : false

/**
 * What sessions hold. An app adds its own, either to that of `express-session`, if it has those types installed, or else
 * here: `declare module 'coatcheck/compat/express-session' { interface SessionData { … } }`.
 */
export interface SessionData {
  cookie: Cookie
}

/** What handlers have as `req.session`. */
export type RequestSession =
  IsAny<TheirData> extends true ? Session & Partial<SessionData> : TheirSession & Partial<TheirData>

/** What handlers have as `req.sessionStore`. */
type RequestStore = (IsAny<TheirStore> extends true ? Store : TheirStore) & {
  generate: (request: any) => void
}

/** What the middleware puts on a request. */
interface RequestWithSession {
  session: RequestSession
  sessionID: string
  sessionStore: RequestStore
}

declare global {
  namespace Express {
    interface Request extends RequestWithSession {}
  }
}
