import type { WaitInfo } from '../record/lifetime.ts'
import type { Loaded } from '../record/standing.ts'

/** What `storage.peek()` tells of a live session. Instants are milliseconds since the epoch. */
export interface SessionPeek extends Partial<WaitInfo> {
  handle: string
  /** Who logged in, if anybody. */
  userId: string | undefined
  createdAt: number
  authenticatedAt: number | undefined
  /** Good to a tenth of the idle timeout. */
  lastUsedAt: number
  /** When it ends unless it is used before. With the option `lock`: when it is locked, and of a locked session when it ends. */
  expiresAt: number
}

export function peekAt({ record, expiresAt }: Loaded): SessionPeek {
  const { handle, owner: userId, createdAt, authenticatedAt, lastUsedAt } = record
  return { handle, userId, createdAt, authenticatedAt, lastUsedAt, expiresAt }
}
