import type { SessionState } from './session-state.ts'

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
  const { persist: stay = loaded?.record.persistent } = wishes
  return destroyed ? undefined : (stay ?? undefined)
}
