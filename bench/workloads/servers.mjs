import { compare } from '../lib/compare.mjs'

/** G. Whole servers over a kept connection, with the session in their memory. */
export async function run(settings) {
  const tables = ['rw', 'ro'].map((mode) => ({
    id: `G-1KB-${mode}`,
    size: '1KB',
    mode,
    inFlight: 1,
    // A request of Express takes half a millisecond.
    patience: 40,
  }))
  return compare({ workload: 'servers', title: 'Whole server, memory session', tables }, settings)
}
