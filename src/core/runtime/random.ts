/*
 * Random bytes, drawn some thousand at a time: one call costs as much for 12 bytes as for 4,096.
 * Nothing is drawn before the first use, because some runtimes forbid that outside a request.
 */

const poolSize = 4096

let pool = new Uint8Array(0)
let used = 0

/** Fresh random bytes from the platform's generator. Each byte is handed out once. */
export function randomBytes(length: number): Uint8Array {
  if (used + length > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(poolSize))
    used = 0
  }
  const bytes = pool.slice(used, used + length)
  pool.fill(0, used, used + length)
  used += length
  return bytes
}
