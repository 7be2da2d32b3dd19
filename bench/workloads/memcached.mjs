import { tablesOf } from '../lib/tables.mjs'
import { compareOn } from '../lib/with-service.mjs'

/** D. The session is in memcached, its id in the cookie. */
export function run(settings) {
  return compareOn('memcached', { title: 'Memcached', tables: tablesOf('D', 1, 64) }, settings)
}
