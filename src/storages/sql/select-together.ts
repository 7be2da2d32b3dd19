import type { Kysely, QueryResult } from 'kysely'
import { compileOnce } from './compile-once.ts'
import type { RunFixed } from './prepared.ts'
import type { SessionTables } from './rows.ts'

interface Connected {
  db: Kysely<SessionTables>
  run: RunFixed
}

/**
 * One statement for the live records under several ids, so many at most, which is always the same text: in the places
 * of those that are missing is an id that nothing has.
 */
export function selectTogether(
  connected: Connected,
  table: string,
  most: number,
): (ids: readonly string[], now: number) => Promise<QueryResult<unknown>> {
  const { db } = connected
  const places = Array.from({ length: most }, (_, n) => `id${n}`)
  const live = (now: number) =>
    db.selectFrom(table).select(['id', 'value', 'version']).where('expires_at', '>', now)
  // PostgreSQL keeps the plan of the first executions. With a list that would be to read the whole table, if it was small then.
  const isKept = db.getExecutor().adapter.supportsReturning

  const select = compileOnce<Record<string, string | number>, SessionTables>(
    connected,
    [...places, 'now'],
    (values) => {
      const now = values['now'] as number
      const ids = places.map((place) => values[place] as string)
      if (!isKept) return live(now).where('id', 'in', ids)
      const [first, ...others] = ids.map((id) => live(now).where('id', '=', id))
      return others.reduce((all, other) => all.unionAll(other), first!)
    },
  )

  return (ids, now) => {
    const values: Record<string, string | number> = { now }
    places.forEach((place, n) => (values[place] = ids[n] ?? ''))
    return select(values)
  }
}
