import { compare } from '../lib/compare.mjs'

/** B. The session is in the server's memory, its id in the cookie. */
export async function run(settings) {
  const tables = []
  for (const size of ['100B', '1KB']) {
    for (const mode of ['rw', 'ro']) {
      tables.push({ id: `B-${size}-${mode}`, size, mode, inFlight: 1 })
    }
  }
  return compare({ workload: 'memory', title: 'Memory session', tables }, settings)
}
