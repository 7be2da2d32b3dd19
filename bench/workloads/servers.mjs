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
  // A turn is as long as those of servers: a dozen others run in between, and what they leave in the processor's caches is of no use.
  const longer = { ...settings, ms: settings.ms * 3 }
  return compare({ workload: 'servers', title: 'Whole server, memory session', tables }, longer)
}
