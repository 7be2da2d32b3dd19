import { SessionValueError } from '../errors.ts'

const deepest = 32

/**
 * Says why a value would not come back from JSON as it went in, or undefined if it would.
 * Properties that are undefined are fine: they are left out, which reads the same.
 */
function problemOf(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : `${value} has no form in JSON`
    case 'object':
      return value === null ? undefined : problemInside(value, depth)
    case 'undefined':
      return 'undefined has no form in JSON'
    default:
      return `a ${typeof value} has no form in JSON`
  }
}

function problemInside(value: object, depth: number): string | undefined {
  if (depth === deepest) return `it is nested deeper than ${deepest} levels, or contains itself`
  if (Array.isArray(value)) {
    for (const item of value) {
      const problem = problemOf(item, depth + 1)
      if (problem !== undefined) return problem
    }
    return undefined
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null && !isForeignPlain(prototype)) {
    const name = value.constructor?.name || 'class'
    return `a ${name} would come back as something else; store plain data, or set the storage's codec`
  }
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key]
    const problem = item === undefined ? undefined : problemOf(item, depth + 1)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Whether this is the Object.prototype of another realm, such as a test runner's. */
function isForeignPlain(prototype: unknown): boolean {
  return (
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype as object, 'hasOwnProperty')
  )
}

/**
 * Refuses a value that JSON would lose or change.
 *
 * @throws {SessionValueError} `ERR_SESSION_VALUE`, naming the key.
 */
export function assertStorable(key: string, value: unknown): void {
  const problem = problemOf(value, 0)
  if (problem !== undefined) throw new SessionValueError(key, problem)
}
