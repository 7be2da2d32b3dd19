import { tablesOf } from '../lib/tables.mjs'
import { compareOn } from '../lib/with-service.mjs'

/** I. The session is a row of a database server, its id in the cookie; pools of ten connections. */
export async function run(settings) {
  const postgres = { title: 'PostgreSQL', tables: tablesOf('I-postgres', 1, 16) }
  const mariadb = { title: 'MariaDB', tables: tablesOf('I-mariadb', 1, 16) }
  return [
    ...(await compareOn('postgres', postgres, settings)),
    ...(await compareOn('mariadb', mariadb, settings)),
  ]
}
