import { tablesOf } from '../lib/tables.mjs'
import { compareInFolder } from '../lib/with-folder.mjs'

/** J. The session is a row of a SQLite database, its id in the cookie; beside files, as in E. */
export function run(settings) {
  const tables = tablesOf('J', 1)
  return compareInFolder({ workload: 'sqlite', title: 'SQLite and files', tables }, settings)
}
