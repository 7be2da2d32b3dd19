/*
 * The types that the storages' functions give back, and those of what they take: every entry that has a storage exports them. A
 * compiler that writes the declarations of `export const storage = create…SessionStorage()` names them through the entry that
 * the file imports.
 */
export type { EventEmitter } from '../events.ts'
export type { Session, SessionData, UntypedData } from '../session/session.ts'
export type { LoginToken } from '../session/login.ts'
export type {
  ClosableStore,
  IndexedStore,
  SessionStore,
  StoredRecord,
  SweepableStore,
  WriteOptions,
} from '../store/session-store.ts'
export type { ReadOptions } from './begin.ts'
export type { SessionPeek } from './peek.ts'
export type { SessionInfo } from './session-info.ts'
export type {
  PeekableSessionStorage,
  RevokeAllOptions,
  RevokeOptions,
  ServerSessionStorage,
} from './session-storage.ts'
export type { SessionStorageOptions } from './storage-options.ts'
