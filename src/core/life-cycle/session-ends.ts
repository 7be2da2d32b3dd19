import { ownOnly } from '../runtime/own.ts'
import { pause } from '../runtime/pause.ts'
import type { GuardedStore } from '../store/guarded-store.ts'

/** Says that a session has ended, where its record is out of reach. */
export interface SessionEnd {
  /** In milliseconds since the epoch. */
  endedAt: number
  /** The handle of the session that took its place, after a login or a new id. */
  by?: string | undefined
}

const maxAttempts = 20

/**
 * Notes that a session has ended, unless that is noted already.
 *
 * @param expiresAt When the session cannot be alive any more, in milliseconds since the epoch.
 * @returns What is noted now: the first end counts.
 */
export async function noteEnd(
  store: GuardedStore,
  handle: string,
  { expiresAt, ...end }: SessionEnd & { expiresAt: number },
): Promise<SessionEnd> {
  const key = keyOfSession(handle)
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const stored = await store.read(key)
    if (stored !== undefined) return parseEnd(stored.value)
    const text = JSON.stringify(end)
    if ((await store.write(key, text, { replaces: null, expiresAt })) !== undefined) return end
    await pause(attempt)
  }
  throw store.failure('write', new Error('the end of a session could not be written'))
}

/** Where it is noted that one session has ended. */
export function keyOfSession(handle: string): string {
  return `revoked-${handle}`
}

/** What cannot be read says that it has ended, and no more. */
export function parseEnd(text: string): SessionEnd {
  try {
    const { endedAt, by } = ownOnly(JSON.parse(text)) as Partial<SessionEnd>
    const isHandleOrNone = by === undefined || typeof by === 'string'
    if (typeof endedAt === 'number' && isHandleOrNone) return { endedAt, by }
  } catch {
    // As below.
  }
  return { endedAt: 0 }
}
