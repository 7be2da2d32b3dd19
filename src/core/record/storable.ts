import { SessionTooLargeError, SessionValueError } from '../errors.ts'
import { withArticle } from '../options.ts'

const deepest = 32
/** The most that a storage's `maxBytes` can be. */
export const mostBytes = 67_108_864

/** What was found in a value, and where: the names and positions that lead there, the last one first. */
interface Problem {
  text: string
  path: string[]
}

/**
 * Looks at all of a value, and counts the least that its JSON can take. So the work is bounded: an object that is
 * in it many times is looked at, and would be stored, as many times.
 */
class Inspection {
  /** Bytes that are left. */
  #left: number

  constructor(limit: number) {
    this.#left = limit
  }

  get isTooLarge(): boolean {
    return this.#left < 0
  }

  /**
   * Says why a value would not come back from JSON as it went in, or undefined if it would, or is too large.
   * Properties that are undefined are fine: they are left out, which reads the same.
   */
  problemOf(value: unknown, depth: number): Problem | undefined {
    this.#left--
    switch (typeof value) {
      case 'string':
        this.#left -= value.length
        return undefined
      case 'boolean':
        return undefined
      case 'number':
        return problemOfNumber(value)
      case 'object':
        return value === null ? undefined : this.#problemInside(value, depth)
      default:
        return problem(`${value === undefined ? '' : 'a '}${typeof value} has no form in JSON`)
    }
  }

  #problemInside(value: object, depth: number): Problem | undefined {
    if (depth === deepest) {
      return problem(`it is nested deeper than ${deepest} levels, or contains itself`)
    }
    const isList = Array.isArray(value)
    if (!isPlain(value, isList ? isArrayPrototype : isObjectPrototype)) {
      const kind = isList ? 'an Array' : 'something else'
      return problem(`${nameOf(value)} would come back as ${kind}; ${advice}`)
    }
    // JSON asks every object for it: its own, an inherited or a hidden one.
    if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
      return problem(
        `${nameOf(value)} with a toJSON() would come back as something else; ${advice}`,
      )
    }
    return isList ? this.#problemOfList(value, depth) : this.#problemOfData(value, depth)
  }

  #problemOfList(list: unknown[], depth: number): Problem | undefined {
    for (let i = 0; i < list.length && this.#left >= 0; i++) {
      this.#left--
      const found = this.problemOf(list[i], depth + 1)
      if (found !== undefined) return inside(`[${i}]`, found)
    }
    if (this.#left < 0) return undefined
    // There are no holes, because undefined was refused above.
    const names = Object.keys(list)
    if (names.length > list.length) {
      return problem(`an Array would come back without its property "${names.at(-1)}"; ${advice}`)
    }
    return problemOfSymbols(list)
  }

  #problemOfData(data: object, depth: number): Problem | undefined {
    for (const key in data) {
      const item = (data as Record<string, unknown>)[key]
      if (item === undefined || !Object.hasOwn(data, key)) continue
      this.#left -= key.length + 3
      if (this.#left < 0) return undefined
      const found = this.problemOf(item, depth + 1)
      if (found !== undefined) return inside(`.${key}`, found)
    }
    return problemOfSymbols(data)
  }
}

const advice = 'store plain data, or set the storage’s codec'

function problem(text: string): Problem {
  return { text, path: [] }
}

function inside(name: string, found: Problem): Problem {
  found.path.push(name)
  return found
}

function problemOfNumber(value: number): Problem | undefined {
  if (!Number.isFinite(value)) return problem(`${value} has no form in JSON`)
  return Object.is(value, -0) ? problem('-0 would come back as 0; add 0 to it') : undefined
}

/** Whether it has no prototype, or the usual one: of this realm, or of another such as a test runner's. */
function isPlain(value: object, isUsual: (prototype: object) => boolean): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || isUsual(prototype as object)
}

/** Whether it is neither a list nor an instance of a class. */
export function isPlainData(value: object): boolean {
  return isPlain(value, isObjectPrototype)
}

function isObjectPrototype(prototype: object): boolean {
  if (prototype === Object.prototype) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty')
}

function isArrayPrototype(prototype: object): boolean {
  if (prototype === Array.prototype) return true
  // It is an array itself, of one realm with an Object.prototype. That of a subclass is not.
  return Array.isArray(prototype) && isObjectPrototype(Object.getPrototypeOf(prototype))
}

/** Hidden ones are marks that libraries leave on objects, and no data. */
function problemOfSymbols(data: object): Problem | undefined {
  const symbol = Object.getOwnPropertySymbols(data).find((key) =>
    Object.prototype.propertyIsEnumerable.call(data, key),
  )
  return symbol && problem(`an object would come back without its ${String(symbol)}; ${advice}`)
}

function nameOf(value: object): string {
  const found: unknown = value.constructor?.name
  return withArticle(typeof found === 'string' && found !== '' ? found : 'class')
}

/**
 * Refuses a value that JSON would lose or change, or that is larger than a record may be.
 *
 * @param limit Most bytes of a record.
 * @throws {SessionValueError} `ERR_SESSION_VALUE`, naming the key, and the path inside the value.
 * @throws {SessionTooLargeError} `ERR_SESSION_TOO_LARGE` for an object that no record can hold, naming the key.
 */
export function assertStorable(key: string, value: unknown, limit: number = mostBytes): void {
  // A text costs nothing to look at: the save says with what else it is too large.
  if (typeof value === 'string' || typeof value === 'boolean') return
  const inspection = new Inspection(limit)
  const found = inspection.problemOf(value, 0)
  if (found !== undefined) throw new SessionValueError(key, described(key, found))
  if (inspection.isTooLarge) {
    // So large at least: counting on would take as long as storing it.
    const bytes = limit + 1
    throw new SessionTooLargeError(bytes, limit, [{ key, bytes }])
  }
}

function described(key: string, { text, path }: Problem): string {
  return path.length === 0 ? text : `in ${key}${path.toReversed().join('')}, ${text}`
}
