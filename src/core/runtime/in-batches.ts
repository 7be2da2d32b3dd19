import { afterArrivals } from './platform.ts'

const atOnce = 8

/**
 * Does the same for each, some at a time, and leaves the event loop a turn in between: however many there
 * are, others do not wait for all of them, neither for the processor nor for a connection.
 */
export async function inBatches<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += atOnce) {
    if (start > 0) await new Promise<void>(afterArrivals)
    const batch = items.slice(start, start + atOnce)
    results.push(...(await Promise.all(batch.map(work))))
  }
  return results
}
