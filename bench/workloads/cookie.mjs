import { sizes } from '../lib/payload.mjs'
import { compare } from '../lib/compare.mjs'

/** A. The session is in the cookie: open it, read, and in rw mode change it and seal it again. */
export async function run(settings) {
  const tables = []
  for (const size of Object.keys(sizes)) {
    for (const mode of ['rw', 'ro']) {
      tables.push({ id: `A-${size}-${mode}`, size, mode, inFlight: 1 })
    }
    // More cookies than anybody remembers, so each is as new as one that was never seen.
    const fresh = { visitors: 4096, note: ', a cookie not seen before' }
    tables.push({ id: `A-${size}-ro-new`, size, mode: 'ro', inFlight: 1, ...fresh })
  }
  // Libraries on Web Crypto wait for the thread pool: see them with requests side by side too.
  for (const mode of ['rw', 'ro']) {
    tables.push({ id: `A-1KB-${mode}-16`, size: '1KB', mode, inFlight: 16 })
  }
  return compare({ workload: 'cookie', title: 'Cookie session', tables }, settings)
}
