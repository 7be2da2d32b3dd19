/* oxlint-disable typescript/no-explicit-any -- so are the callbacks and sessions of that API, which apps have typed for themselves */
/**
 * Does the work, and calls back in a turn of its own: what a callback throws is the app's, and ends up where it would have
 * with any other callback of Node.
 */
export function finish<T>(
  work: () => Promise<T>,
  done: ((error?: any, result?: Exclude<T, undefined>) => void) | undefined,
): void {
  work().then(
    (result) => done && setImmediate(() => done(undefined, result as Exclude<T, undefined>)),
    (error: unknown) => done && setImmediate(() => done(error)),
  )
}
