import type { Session } from './session.ts'

/** Most sessions remembered. More requests than this are rarely under way in one process. */
const most = 1000
const sessions: Map<string, Session> = new Map()

/*
 * In this API an id stands for its session, also where no store can be asked for it: before the session is
 * stored, and in cookie storage. So the ids that the application was told are remembered for a while.
 */

/** Remembers that the application knows this session by this id. */
export function rememberTold(id: string, session: Session): void {
  sessions.delete(id)
  sessions.set(id, session)
  if (sessions.size > most) sessions.delete(sessions.keys().next().value!)
}

/** The session that the application was told this id of, if that was lately and in this process. */
export function sessionTold(id: string): Session | undefined {
  return sessions.get(id)
}

/** When a store knows the id, or it is worth nothing any more. */
export function forgetTold(id: string): void {
  sessions.delete(id)
}
