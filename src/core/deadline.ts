import { configError } from './errors.ts'

/** The option of every store that talks to a server. */
export interface DeadlineOptions {
  /** Seconds after which an operation counts as failed, whatever becomes of it: 0.01 to 60. Default 2. */
  timeout?: number
}

/**
 * Bounds how long each operation may take. One that takes longer rejects; what it was waiting for
 * goes nowhere.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the timeout is out of bounds.
 */
export function createDeadline({
  timeout = 2,
}: DeadlineOptions): <T>(work: Promise<T>) => Promise<T> {
  if (typeof timeout !== 'number' || !(timeout >= 0.01 && timeout <= 60)) {
    throw configError(`timeout must be from 0.01 to 60 seconds, got ${String(timeout)}`)
  }
  return async (work) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      const expire = (): void => reject(new Error(`No answer within ${timeout} seconds`))
      timer = setTimeout(expire, timeout * 1000)
    })
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
      // When it fails later, nobody is left to be told.
      work.catch(() => {})
    }
  }
}
