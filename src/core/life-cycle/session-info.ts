import type { WaitInfo } from '../record/lifetime.ts'
import type { LoginContext } from '../record/login-context.ts'
import type { SessionRecord } from '../record/record.ts'

/** A live session, as it may be shown to its user. Instants are milliseconds since the epoch. */
export interface SessionInfo extends Partial<WaitInfo> {
  handle: string
  userId: string
  label: string | undefined
  /** What the login noted of the client. */
  context: LoginContext | undefined
  createdAt: number
  authenticatedAt: number | undefined
  /** Good to a tenth of the idle timeout. */
  lastUsedAt: number
  /** When it ends unless it is used before. With the option `lock`: when it is locked, and of a locked session when it ends. */
  expiresAt: number
}

export function infoOf(record: SessionRecord, userId: string, expiresAt: number): SessionInfo {
  const { handle, label, createdAt, authenticatedAt, lastUsedAt } = record
  const context = record.terms?.context
  return { handle, userId, label, context, createdAt, authenticatedAt, lastUsedAt, expiresAt }
}
