/** A value that is there at once where the runtime has synchronous crypto, and a promise elsewhere. */
export type MaybePromise<T> = T | Promise<T>

/** Goes on with `next` when `value` is there: at once, without a trip through the event loop, if it can. */
export function andThen<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
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
    if (kept instanceof Promise) {
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
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as T[])
}
