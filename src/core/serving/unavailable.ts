import type { SessionError } from '../errors.ts'
import { logFailure } from './failure-log.ts'

/**
 * What a visitor gets while the store fails, where nothing of the app answers. The console is told, unless the storage's
 * `onEvent` was.
 */
export function unavailable(error: SessionError, storage: object): Response {
  logFailure(error, storage)
  const headers = { 'Retry-After': '5', 'Cache-Control': 'no-store' }
  return new Response('Service Unavailable', { status: 503, headers })
}
