import type { Compilable, Kysely, QueryResult } from 'kysely'
import type { RunFixed } from './prepared.ts'

const placeholder = (name: string): string => `:${name}`

/**
 * A statement that Kysely compiles at its first use only: that takes longer than all the rest that a client does for
 * it. With plugins it is compiled each time, because what they make of it may differ from time to time.
 *
 * @param connected Whose statement it is, and what runs one that is always the same.
 * @param names Of the values that change.
 * @param build Makes the statement of values; these may be placeholders.
 */
export function compileOnce<Values extends object, Tables>(
  { db, run }: { db: Kysely<Tables>; run: RunFixed },
  names: readonly (keyof Values & string)[],
  build: (values: Values) => Compilable,
): (values: Values) => Promise<QueryResult<unknown>> {
  let isAlwaysTheSame = db.getExecutor().plugins.length === 0
  const placeholders = Object.fromEntries(names.map((name) => [name, placeholder(name)])) as Values
  const nameOf = new Map<unknown, keyof Values>(names.map((name) => [placeholder(name), name]))
  let compiled: ReturnType<Compilable['compile']> | undefined

  return (values) => {
    if (!isAlwaysTheSame) return db.executeQuery(build(values).compile())
    if (compiled === undefined) {
      compiled = build(placeholders).compile()
      // Some dialects put something else in the place of a value.
      isAlwaysTheSame = compiled.parameters.every((parameter) => nameOf.has(parameter))
      if (!isAlwaysTheSame) return db.executeQuery(build(values).compile())
    }
    const parameters = compiled.parameters.map((found) => values[nameOf.get(found)!])
    return run({ ...compiled, parameters })
  }
}
