import { tablesOf } from '../lib/tables.mjs'
import { compareOn } from '../lib/with-service.mjs'

/** C. The session is in Redis, its id in the cookie. */
export function run(settings) {
  return compareOn('redis', { title: 'Redis', tables: tablesOf('C', 1, 64) }, settings)
}
