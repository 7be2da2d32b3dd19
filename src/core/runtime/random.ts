/*
 * Random bytes, drawn some thousand at a time: one call costs as much for 12 bytes as for 4,096.
 * Nothing is drawn before the first use, because some runtimes forbid that outside a request; and nothing is drawn ahead
 * while a startup snapshot is built, because every process that starts from it would go on with the same bytes.
 */

import { isBuildingSnapshot } from './platform.ts'

const poolSize = 4096

let pool = new Uint8Array(0)
let used = 0

/** Fresh random bytes from the platform's generator. Each byte is handed out once. */
export function randomBytes(length: number): Uint8Array {
  if (used + length > pool.length) {
    if (isBuildingSnapshot()) return crypto.getRandomValues(new Uint8Array(length))
    pool = crypto.getRandomValues(new Uint8Array(poolSize))
    used = 0
  }
  const bytes = pool.slice(used, used + length)
  pool.fill(0, used, used + length)
  used += length
  return bytes
}
