/*
 * A bundler, a monorepo or hot reloading may put two copies of this package into one process, whose classes are not
 * the same. So what is ours is told by a mark that all copies share, and not by `instanceof`. It says which major version
 * made it: copies of one work with what the others made, and of different ones refuse it.
 */

/** The major version of this package. */
export const major = 0

/** What can be handed from one copy to another. What a function makes for an option is called as the function. */
type Branded = 'cookie' | 'events' | 'error' | MadeBy

/** The functions that make what some option must be. */
export type MadeBy =
  | 'createDataVersion()'
  | 'createRevocations()'
  | 'createSessionCheck()'
  | 'createSessionGroups()'
  | 'createSessionLimit()'
  | 'createSessionLock()'

function keyOf(kind: Branded): symbol {
  return Symbol.for(`coatcheck/${kind}`)
}

/** Marks an object, or a class's prototype for all of its instances. */
export function markAs<T extends object>(object: T, kind: Branded): T {
  return Object.defineProperty(object, keyOf(kind), { value: major })
}

function markOf(value: unknown, kind: Branded): unknown {
  return (value as Record<symbol, unknown> | null | undefined)?.[keyOf(kind)]
}

/** Whether a copy of this package made it that works with this one. */
export function isBranded(value: unknown, kind: Branded): boolean {
  return markOf(value, kind) === major
}

/** Whether a copy of this package made it that does not work with this one. */
export function isOfOtherMajor(value: unknown, kind: Branded): boolean {
  const mark = markOf(value, kind)
  return mark !== undefined && mark !== major
}

/** One object that all copies in the process share, made by the first that asks for it. */
export function shared<T extends object>(name: string, make: () => T): T {
  const host = globalThis as unknown as Record<symbol, T | undefined>
  return (host[Symbol.for(`coatcheck/${name}/${major}`)] ??= make())
}
