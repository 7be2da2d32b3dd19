import { compareInFolder } from '../lib/with-folder.mjs'
import { tablesOf } from '../lib/tables.mjs'

/** E. The session is a file, its id in the cookie. */
export function run(settings) {
  return compareInFolder(
    { workload: 'fs', title: 'Files', tables: tablesOf('E', 1, 16), by: 'clock' },
    settings,
  )
}
