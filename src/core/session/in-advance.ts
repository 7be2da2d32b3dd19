import { configError } from '../errors.ts'
import type { SessionState } from './session-state.ts'

/**
 * Saves a session before its handler has ended.
 *
 * @throws {SessionError} `ERR_SESSION_READ_ONLY` where it can only be read; `ERR_SESSION_CONFIG` where no middleware serves it.
 */
export async function commitInAdvance(state: SessionState): Promise<void> {
  state.look()
  if (state.server !== undefined) return state.server.commit()
  // Says so where it can only be read.
  state.assertOpen()
  throw configError('commit() needs middleware: elsewhere storage.save(session) saves')
}
