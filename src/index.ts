export {
  createSession,
  isSession,
  Session,
  type SessionData,
  type UntypedData,
} from './core/session.ts'
export { createSessionId } from './core/id.ts'
export {
  createSessionStorage,
  type ServerSessionStorage,
  type SessionStorage,
} from './core/session-storage.ts'
export type { SessionStorageOptions } from './core/storage-options.ts'
export type { ReadOptions } from './core/life-cycle.ts'
export type { FlashUse } from './core/flash-messages.ts'
export type { SessionInfo } from './core/owned-sessions.ts'
export type { SessionCodec } from './core/codec.ts'
export type { StandardSchema } from './core/schema.ts'
export { timeouts, type LifetimeOptions } from './core/lifetime.ts'
export type {
  ClosableStore,
  IndexedStore,
  SessionStore,
  StoredRecord,
  SweepableStore,
  WriteOptions,
} from './core/session-store.ts'
export type { SessionEvent, SessionEventDetail, SessionEventListener } from './core/events.ts'
export {
  Cookie,
  createCookie,
  isCookie,
  type CookieAttributes,
  type CookieOptions,
} from './core/cookie.ts'
export type { CookieImporter, ImportedCookie, ImportedSession } from './core/cookie-import.ts'
export type { ServeOptions } from './core/serve.ts'
export type { ForeignSession, ForeignSessionStorage } from './core/foreign-session.ts'
export {
  CookieSizeError,
  SessionConflictError,
  SessionError,
  SessionTooLargeError,
  SessionValueError,
  StoreError,
  type KeySize,
  type SessionErrorCode,
} from './core/errors.ts'
