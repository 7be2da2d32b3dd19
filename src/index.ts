export { createSession, isSession } from './core/session/create-session.ts'
export { Session, type SessionData, type UntypedData } from './core/session/session.ts'
export { createSessionId } from './core/record/id.ts'
export {
  createSessionStorage,
  type PeekableSessionStorage,
  type RevokeAllOptions,
  type RevokeOptions,
  type ServerSessionStorage,
  type SessionStorage,
} from './core/life-cycle/session-storage.ts'
export type { AppSession, Register } from './core/life-cycle/register.ts'
export type { SessionStorageOptions } from './core/life-cycle/storage-options.ts'
export type { SessionPeek } from './core/life-cycle/peek.ts'
export type { ReadOptions } from './core/life-cycle/begin.ts'
export type { FlashUse } from './core/session/flash-messages.ts'
export type { SessionInfo } from './core/life-cycle/session-info.ts'
export type { SessionCodec } from './core/record/codec.ts'
export type { StandardSchema } from './core/record/schema.ts'
export type { GivenContext, LoginContext } from './core/record/login-context.ts'
export type { LoginOptions, LoginToken, ReauthenticateOptions } from './core/session/login.ts'
export {
  timeouts,
  type LifetimeOptions,
  type PersistentLifetimeOptions,
} from './core/record/lifetime.ts'
export type {
  ClosableStore,
  IndexedStore,
  SessionStore,
  StoredRecord,
  SweepableStore,
  WriteOptions,
} from './core/store/session-store.ts'
export type {
  EventEmitter,
  SessionEvent,
  SessionEventDetail,
  SessionEventListener,
} from './core/events.ts'
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
