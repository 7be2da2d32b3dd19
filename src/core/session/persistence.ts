import type { SessionRecord } from '../record/record.ts'
import type { SessionState } from './session-state.ts'
import type { Wishes } from './wishes.ts'

/* Whether the visitor stays logged in when the browser closes. */

/** Notes what the visitor wants. The cookie is sent again, because the browser has to know it, too. */
export function persist(state: SessionState, stay: boolean): void {
  state.assertOpen()
  if (stay !== persistenceOf(state)) {
    state.wish({ persist: stay, resend: true, isResent: true })
  }
}

/** What was said, if that was ever said. */
export function persistenceOf({
  destroyed,
  wishes,
  loaded,
}: Pick<SessionState, 'destroyed' | 'wishes' | 'loaded'>): boolean | undefined {
  return destroyed ? undefined : nextPersistence(wishes, loaded?.record)
}

/**
 * The same after this request. What one user wanted is not what the next one on the same computer wants.
 *
 * @param before What is stored.
 */
export function nextPersistence(
  { persist: stay, login }: Wishes,
  before: SessionRecord | undefined,
): boolean | undefined {
  if (stay !== undefined || before?.persistent === undefined) return stay
  const isSomebodys = before.owner !== undefined || before.isOfUnknown === true
  const isOthers = login !== undefined && isSomebodys && before.owner !== login.userId
  return isOthers ? undefined : before.persistent
}
