import { configError } from '../errors.ts'
import type { VisitRequest } from './arrival.ts'
import { flashUseOf } from './flash-use.ts'

export interface TouchOptions {
  /**
   * Which requests keep a session alive. Those that a page makes by itself, such as one that asks for news every minute,
   * would keep it alive for as long as a tab is open, and the idle timeout would never come (ASVS 7.3.1). What such a request
   * changes is saved, but the session ends when it would have ended without it. A login counts in any case.
   *
   * A function is asked for each request and returns `true` if it counts as a use:
   * `touch: (request) => !request.url.includes('/poll')`. With `'pages'` only requests that show a page count, by their
   * Sec-Fetch-Dest, or that do not have this header: no fetch of a script, no image, no prefetch. Default: all requests.
   */
  touch?: 'pages' | ((request: VisitRequest) => boolean) | undefined
}

/** Whether a request counts as a use of its session. */
export type Touch = (request: VisitRequest) => boolean

/**
 * @param options From `readOptions`.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if it is something else.
 */
export function readTouch({ touch }: TouchOptions): Touch | undefined {
  if (touch === undefined) return undefined
  if (touch === 'pages') return isPage
  if (typeof touch !== 'function') {
    throw configError("The option touch must be 'pages' or a function: (request) => true or false")
  }
  return (request) => {
    const isUse: unknown = touch(request)
    if (typeof isUse === 'boolean') return isUse
    throw configError('The function touch must return true or false')
  }
}

function isPage({ method, headers }: VisitRequest): boolean {
  return flashUseOf(method, (name) => headers.get(name)) === 'all'
}
