import { createSessionLock } from '../../core/life-cycle/session-lock.ts'
import type { SessionStorageOptions } from '../../core/life-cycle/storage-options.ts'
import type { PeekableSessionStorage } from '../../core/life-cycle/session-storage.ts'
import { lockOf } from '../../core/session/locked-state.ts'
import type { Session } from '../../core/session/session.ts'
import { equal, ok } from '../expect.ts'
import { visit } from './visit.ts'

export const second = 1000
/** Seconds. */
export const idle = 100
export const absolute = 1000
const timeouts = { idleTimeout: idle, absoluteTimeout: absolute }

/** Options of a storage whose sessions wait, so many seconds at most. */
export function lockable(timeout?: number): SessionStorageOptions {
  return { ...timeouts, lock: createSessionLock({ timeout }) }
}

/** The same timeouts without a lock. */
export const unlockable: SessionStorageOptions = timeouts

/** A session of ada, with one value. */
export async function loggedIn(
  storage: PeekableSessionStorage,
  use: (session: Session) => void = () => {},
): Promise<string> {
  const { cookie } = await visit(storage, null, (s) => {
    s.login('ada', { label: 'laptop', level: 1 })
    s.set('cart', ['tea'])
    use(s)
  })
  return cookie!
}

/** What somebody sees of a session: its user, or that it is locked or gone. */
export function seen(session: Session): string {
  if (lockOf(session) !== undefined) return 'locked'
  return session.userId ?? (session.isNew ? 'gone' : 'nobody')
}

export async function seenBy(
  storage: PeekableSessionStorage,
  ...cookies: (string | null)[]
): Promise<string[]> {
  const found = []
  for (const cookie of cookies) found.push(seen(await storage.read(cookie)))
  return found
}

/** The locked session of this cookie, to which its user has just proved who they are. */
export async function proved(
  storage: PeekableSessionStorage,
  cookie: string | null,
): Promise<Session> {
  const session = await storage.read(cookie)
  equal(seen(session), 'locked')
  session.reauthenticate()
  return session
}

/** Expects that a change is refused because the session is locked. */
export function refusedAsLocked(change: () => unknown): void {
  let refusal: unknown
  try {
    change()
  } catch (error) {
    refusal = error
  }
  ok(refusal, `${String(change)} was not refused`)
  const { code, reason, status } = refusal as Record<string, unknown>
  equal([code, reason, status].join(), 'ERR_SESSION_LOGIN_REQUIRED,locked,401', String(change))
}
