/*
 * Most requests that write change one value and leave the others as they are. What nobody can change is not printed again:
 * printing all of a record of 1 KB took a third of such a request.
 */

/** Fewest characters of a record's text for which that is done: with 100 B of data it took 4 % more time than to print all. */
export const worthKnowing = 512

/** Texts, numbers and the like, and objects that requests share, by their keys; and the JSON of each with its key. */
export type KnownJson = ReadonlyMap<string, { readonly value: unknown; readonly json: string }>

/** What is known of values that nobody may change. */
export function knownJsonOf(values: ReadonlyMap<string, unknown>): KnownJson {
  const entries = [...values].map(([key, value]) => [key, print(key, value)] as const)
  return new Map(entries)
}

/** The JSON of these values, as `JSON.stringify` makes it of an object, and what is known of them from now on. */
export function printKnown(
  values: ReadonlyMap<string, unknown>,
  known: KnownJson,
): { json: string; known: KnownJson } {
  let json = ''
  const next = new Map<string, { value: unknown; json: string }>()
  for (const [key, value] of values) {
    const before = known.get(key)
    const isKnown = before !== undefined && before.value === value
    const one = isKnown ? before : print(key, value)
    // The app may have the object, and go on changing it.
    if (isKnown || typeof value !== 'object') next.set(key, one)
    json += json === '' ? one.json : `,${one.json}`
  }
  return { json: `{${json}}`, known: next }
}

function print(key: string, value: unknown): { value: unknown; json: string } {
  return { value, json: `${JSON.stringify(key)}:${JSON.stringify(value)}` }
}
