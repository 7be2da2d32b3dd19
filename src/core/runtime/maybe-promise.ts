/** A value that is there at once where the runtime has synchronous crypto, and a promise elsewhere. */
export type MaybePromise<T> = T | Promise<T>

/**
 * Whether it has to be waited for. By its shape, because a promise need not come from the `Promise` that is global
 * now: zone.js and others put one of their own there, and async functions return the runtime's.
 */
export function isThenable(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  )
}

/** Goes on with `next` when `value` is there: at once, without a trip through the event loop, if it can. */
export function andThen<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return isThenable(value) ? (value.then(next) as Promise<R>) : next(value)
}

/**
 * Makes something once and keeps it; while it is being made, all wait for the same. What failed is
 * not kept.
 */
export function once<T>(make: () => MaybePromise<T>): () => MaybePromise<T> {
  let kept: MaybePromise<T> | undefined
  return () => {
    if (kept !== undefined) return kept
    kept = make()
    if (isThenable(kept)) {
      kept.then(
        (made) => (kept = made),
        () => (kept = undefined),
      )
    }
    return kept
  }
}

/** All of them in order: an array at once if none is a promise. */
export function all<T>(values: readonly MaybePromise<T>[]): MaybePromise<T[]> {
  return values.some(isThenable) ? Promise.all(values) : (values as T[])
}
