// One SELECT, and one UPDATE that compares the version, in a table with nothing else.
import Database from 'libsql'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { poolSize, tuneSqlite } from '../lib/connections.mjs'
import { rawCycle } from '../lib/raw-cycle.mjs'

/** `named`: the server parses and plans each statement once for each connection. */
async function onPg(context, table, named) {
  const pool = new Pool({ connectionString: context.url, max: poolSize })
  const prepared = (name, text) => (values) =>
    pool.query(named ? { name: `${table}-${name}`, text, values } : { text, values })
  await pool.query(`DROP TABLE IF EXISTS ${table}`)
  await pool.query(`CREATE TABLE ${table} (id text PRIMARY KEY, value text, version int)`)
  const insert = prepared('insert', `INSERT INTO ${table} VALUES ($1, $2, 0)`)
  const select = prepared('select', `SELECT value, version FROM ${table} WHERE id = $1`)
  const update = prepared(
    'update',
    `UPDATE ${table} SET value = $2, version = version + 1 WHERE id = $1 AND version = $3`,
  )
  return rawCycle(context, {
    create: (id, text) => insert([id, text]),
    async read(id) {
      const { rows } = await select([id])
      return { text: rows[0].value, version: rows[0].version }
    },
    async replace(id, text, version) {
      const { rowCount } = await update([id, text, version])
      return rowCount === 1
    },
    close: () => pool.end(),
  })
}

/** `run` is `query`, where the client puts the values into the text, or `execute`, a prepared statement. */
async function onMysql(context, table, run) {
  const pool = createPool({ uri: context.url, connectionLimit: poolSize })
  await pool.query(`DROP TABLE IF EXISTS ${table}`)
  await pool.query(
    `CREATE TABLE ${table} (id varchar(64) PRIMARY KEY, value longtext, version int)`,
  )
  return rawCycle(context, {
    create: (id, text) => pool[run](`INSERT INTO ${table} VALUES (?, ?, 0)`, [id, text]),
    async read(id) {
      const [rows] = await pool[run](`SELECT value, version FROM ${table} WHERE id = ?`, [id])
      return { text: rows[0].value, version: rows[0].version }
    },
    async replace(id, text, version) {
      const sql = `UPDATE ${table} SET value = ?, version = version + 1 WHERE id = ? AND version = ?`
      const [{ affectedRows }] = await pool[run](sql, [text, id, version])
      return affectedRows === 1
    },
    close: () => pool.end(),
  })
}

function onLibsql(context) {
  const db = tuneSqlite(new Database(`${context.folder}/limit.db`))
  db.exec(`
    DROP TABLE IF EXISTS limits;
    CREATE TABLE limits (id TEXT PRIMARY KEY, value TEXT, version INTEGER) WITHOUT ROWID`)
  const insert = db.prepare('INSERT INTO limits VALUES (?, ?, 0)')
  const select = db.prepare('SELECT value AS text, version FROM limits WHERE id = ?')
  const update = db.prepare(
    'UPDATE limits SET value = ?, version = version + 1 WHERE id = ? AND version = ?',
  )
  return rawCycle(context, {
    create: (id, text) => insert.run(id, text),
    read: (id) => select.get(id),
    replace: (id, text, version) => update.run(text, id, version).changes === 1,
    close: () => db.close(),
  })
}

const limit = (workload, name, make) => ({ workload, name, kind: 'limit', make })

export const contestants = [
  limit('postgres', 'limit: pg', (context) => onPg(context, 'unnamed', false)),
  limit('postgres', 'limit: pg, named statements', (context) => onPg(context, 'named', true)),
  limit('mariadb', 'limit: mysql2', (context) => onMysql(context, 'texts', 'query')),
  limit('mariadb', 'limit: mysql2, prepared statements', (context) =>
    onMysql(context, 'prepared', 'execute'),
  ),
  limit('sqlite', 'limit: libsql statements', onLibsql),
]
