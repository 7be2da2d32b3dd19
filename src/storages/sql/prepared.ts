/*
 * Statements that PostgreSQL keeps prepared under a name, for each connection: it reads and plans them once, not each
 * time. Kysely has no word for that, but its own driver for `pg` hands a statement's text on as it is, and `pg` takes
 * an object with a text and a name instead (decision 047).
 */
import type { CompiledQuery, DatabaseConnection, Kysely, QueryResult } from 'kysely'
import { cryptoBackend } from '../../core/runtime/crypto/choose.ts'

/** What `pg` wants in place of a text. */
interface NamedText {
  readonly text: string
  readonly name: string
}

/**
 * What the server says before it has done anything: there is no statement of this name, there is one already, and what
 * it gives has another form since the table was altered.
 */
const refusals = new Set<unknown>(['26000', '42P05', '0A000'])

/** Whether connections of a class are those of Kysely's driver for `pg`, of whatever copy of Kysely. */
const classes = new WeakMap<object, boolean>()

type ConnectionClass = new (client: object, options: object) => DatabaseConnection

/** False until it is known: nobody waits for an answer that may never come. */
function takesNames(connection: DatabaseConnection): boolean {
  const { constructor } = connection
  if (typeof constructor !== 'function') return false
  const answer = classes.get(constructor)
  if (answer !== undefined) return answer
  classes.set(constructor, false)
  void handsOn(constructor as never).then((does) => classes.set(constructor, does))
  return false
}

/** Asks a connection to a client of ours, because no client can be seen from outside. */
async function handsOn(Connection: ConnectionClass): Promise<boolean> {
  const sql: NamedText = { text: 'update', name: 'name' }
  let isHandedOn = false
  const client = {
    async query(text: unknown) {
      isHandedOn = text === sql
      return { command: 'UPDATE', rowCount: 7, rows: [] }
    },
  }
  try {
    const asked = { sql, parameters: [1] } as never
    const { numAffectedRows } = await new Connection(client, {}).executeQuery(asked)
    return isHandedOn && numAffectedRows === 7n
  } catch {
    return false
  }
}

/** Runs a statement that is always the same, but for its values. */
export type RunFixed = (compiled: CompiledQuery) => Promise<QueryResult<unknown>>

/**
 * Runs statements by name where that is possible. A connection that has refused a name gets texts from then on: a
 * pooler may have put another one behind it, or somebody has made it forget. The statement is done again by its text.
 */
export function byName<Tables>(db: Kysely<Tables>): RunFixed {
  const executor = db.getExecutor()
  const unnamed = new WeakSet<DatabaseConnection>()
  /** Those that have answered a read by name. Only they are given a write, which may not be done twice. */
  const able = new WeakSet<DatabaseConnection>()
  const names = new Map<string, string>()

  /** Of the text, so that no other process has another statement of this name. Undefined until it is known. */
  function nameOf(text: string): string | undefined {
    const name = names.get(text)
    if (name !== undefined) return name
    const keep = (hash: string) => names.set(text, `coatcheck_${hash}`)
    void Promise.resolve(cryptoBackend.sha256(text)).then(keep, () => {})
    return undefined
  }

  return (compiled) =>
    executor.provideConnection(async (connection) => {
      const { sql } = compiled
      const isRead = compiled.query.kind === 'SelectQueryNode'
      const isKnown = able.has(connection)
      const isTaken = (isRead || isKnown) && !unnamed.has(connection) && takesNames(connection)
      const name = isTaken ? nameOf(sql) : undefined
      if (name === undefined) return connection.executeQuery(compiled)
      try {
        const named: NamedText = { text: sql, name }
        const asked = { ...compiled, sql: named as string | NamedText }
        const answer = connection.executeQuery(asked as CompiledQuery)
        // The driver has it. A log of the app, which comes later, is to get a text.
        asked.sql = sql
        const result = await answer
        able.add(connection)
        return result
      } catch (error) {
        const isRefused = refusals.has((error as { code?: unknown } | null)?.code)
        // Something else than `pg` may complain in any way. To read twice does no harm.
        if (!isRefused && isKnown) throw error
        const result = await connection.executeQuery(compiled)
        // Where the text fails as well, it was not for the name.
        unnamed.add(connection)
        return result
      }
    })
}
