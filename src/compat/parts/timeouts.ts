import { longestLifetime } from '../../core/record/lifetime.ts'

/**
 * Timeouts that leave it to each commit: a session ends with its cookie, by the server's clock. 400 days after
 * it began, or after its last login, it ends in any case.
 */
export const untilCommitted: { idleTimeout: number; absoluteTimeout: number } = {
  idleTimeout: longestLifetime,
  absoluteTimeout: longestLifetime,
}

/** Seconds that a session lives after a commit that names no end: 30 days. */
export const committedLifetime = 2_592_000
