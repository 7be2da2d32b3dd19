import assert from 'node:assert/strict'

/**
 * What an action comes to, which has so many milliseconds. By a timer, and no look at the clock: a busy machine delays it as it does
 * those of the library. What is due at the same time comes first.
 */
export async function inTime<T>(action: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const isLate = () => reject(new assert.AssertionError({ message: 'it is late' }))
    timer = setTimeout(() => setImmediate(() => setImmediate(isLate)), milliseconds)
  })
  return Promise.race([action, late]).finally(() => clearTimeout(timer))
}
