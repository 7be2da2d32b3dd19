import { randomBytes } from '../../core/runtime/random.ts'

/** Milliseconds between two tries, at least. */
const shortestPause = 200

/**
 * Does again what a backend refuses because it was asked too often: Cloudflare KV takes one write a second for a key,
 * and a login may follow the session's beginning sooner than that.
 *
 * @param timeout Seconds after which it is not tried again.
 */
export async function outlastRefusals<T>(timeout: number, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + timeout * 1000
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isTooMany(error) || performance.now() >= end) throw error
    }
    const pause = shortestPause + randomBytes(1)[0]!
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** HTTP's status for it. Cloudflare's binding has it in the message only: `KV PUT failed: 429 Too Many Requests`. */
function isTooMany(error: unknown): boolean {
  const { status, statusCode, message } = (error ?? {}) as Record<string, unknown>
  return status === 429 || statusCode === 429 || /\b429\b/.test(String(message))
}
