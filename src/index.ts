export { createSession, isSession } from './core/session/create-session.ts'
export { Session, type SessionData, type UntypedData } from './core/session/session.ts'
export { createSessionId } from './core/record/id.ts'
export type * from './core/life-cycle/storage-types.ts'
export { createSessionStorage, type SessionStorage } from './core/life-cycle/session-storage.ts'
export type { AppSession, Register } from './core/life-cycle/register.ts'
export type { FlashUse } from './core/session/flash-messages.ts'
export type { SessionCodec } from './core/record/codec.ts'
export type { StandardSchema } from './core/record/schema.ts'
export type { GivenContext, LoginContext } from './core/record/login-context.ts'
export type { LoginOptions, ReauthenticateOptions } from './core/session/login.ts'
export {
  timeouts,
  type LifetimeOptions,
  type PersistentLifetimeOptions,
} from './core/record/lifetime.ts'
export type { SessionEvent, SessionEventDetail, SessionEventListener } from './core/events.ts'
export {
  Cookie,
  createCookie,
  isCookie,
  type CookieAttributes,
  type CookieOptions,
} from './core/cookie/cookie.ts'
export type { CookieImporter, ImportedCookie, ImportedSession } from './core/cookie/importers.ts'
export type { VisitOptions } from './core/serving/visit-options.ts'
export type { ServeOptions } from './core/serving/serve.ts'
export type { ForeignSession, ForeignSessionStorage } from './core/serving/foreign-session.ts'
export {
  CookieSizeError,
  SessionConflictError,
  SessionError,
  SessionSchemaError,
  SessionTooLargeError,
  SessionValueError,
  StoreError,
  RevokeError,
  type KeySize,
  type SessionErrorCode,
} from './core/errors.ts'
