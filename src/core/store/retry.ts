import { pause } from '../runtime/pause.ts'

/** How often a compare-and-swap is tried before it is given up. */
export const mostAttempts = 30
/** Milliseconds that a pause takes at most. */
const longestPause = 100

/**
 * Tries a compare-and-swap until it gives something: `undefined` says that somebody else was first. Between two attempts it
 * waits a random while, longer and longer, so that those who collided do not collide again.
 *
 * @param swap Reads what is stored now, and writes. It is given the number of the attempt, from 1.
 * @returns `undefined` if somebody else was first each time.
 */
export async function retry<T>(
  swap: (attempt: number) => Promise<T | undefined>,
  most: number = mostAttempts,
): Promise<T | undefined> {
  for (let attempt = 1; attempt <= most; attempt++) {
    if (attempt > 1) await pause(Math.min(2 ** attempt, longestPause))
    const result = await swap(attempt)
    if (result !== undefined) return result
  }
  return undefined
}
