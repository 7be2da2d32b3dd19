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

/** Operations that were given up but have not ended: with so many, the backend is taken to be away. */
const mostGivenUp = 1000

/**
 * As above, for backends whose drivers keep what waits for a connection: while many operations that were given up are
 * still waiting there, no more are begun, and what is asked for fails at once.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the timeout is out of bounds.
 */
export function createBoundedDeadline(
  options: DeadlineOptions,
): <T>(start: () => Promise<T>) => Promise<T> {
  const withDeadline = createDeadline(options)
  let givenUp = 0
  return async (start) => {
    if (givenUp >= mostGivenUp) throw new Error(`${givenUp} earlier operations have no answer yet`)
    const work = start()
    let isSettled = false
    const settle = (): void => void (isSettled = true)
    work.then(settle, settle)
    try {
      return await withDeadline(work)
    } finally {
      if (!isSettled) {
        givenUp++
        const end = (): void => void givenUp--
        work.then(end, end)
      }
    }
  }
}
