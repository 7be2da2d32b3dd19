import { configError } from './errors.ts'
import { isBranded, type MadeBy } from './runtime/brand.ts'
import { isObject } from './runtime/own.ts'

type PlainKind = 'boolean' | 'string' | 'number' | 'function' | 'object' | 'array' | 'any'

/** What an option may be: what such a function made, or of such a kind. `any` is for those that are looked at closely elsewhere. */
export type OptionKind = PlainKind | MadeBy

/** Every option by its name. The compiler sees to it that none is left out. */
export type OptionKinds<Options> = Readonly<Record<keyof Options, OptionKind>>

/** What other libraries call it, in small letters: the first of ours that the options have is meant. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  key: ['secrets', 'prefix'],
  keys: ['secrets'],
  password: ['secrets'],
  salt: ['context'],
  namespace: ['prefix', 'context'],
  keyprefix: ['prefix'],
  ttl: ['idleTimeout', 'maxAge'],
  duration: ['idleTimeout', 'maxAge'],
  expiry: ['idleTimeout', 'expires'],
  expiration: ['idleTimeout', 'expires'],
  rolling: ['idleTimeout'],
  maxage: ['maxAge', 'idleTimeout'],
  absolutettl: ['absoluteTimeout'],
  max: ['maxSessions', 'maxBytes'],
  maxsize: ['maxBytes'],
  tablename: ['table'],
  collection: ['table'],
  serializer: ['codec'],
  version: ['dataVersion'],
  encrypted: ['encrypt'],
  signed: ['secrets'],
  onerror: ['onStoreError', 'onEvent'],
  logger: ['onEvent'],
  store: ['storage'],
  commandtimeout: ['timeout'],
  checkperiod: ['sweepInterval'],
  clock: ['now'],
}

function isKind(value: unknown, kind: OptionKind): boolean {
  if (kind === 'any') return true
  if (kind === 'array') return Array.isArray(value)
  if (kind === 'object') return isObject(value)
  return typeof value === kind || isBranded(value, kind as MadeBy)
}

export function kindOf(value: unknown): string {
  if ((value ?? undefined) === undefined) return String(value)
  return withArticle(Array.isArray(value) ? 'array' : typeof value)
}

/** The name of a kind of values, as a message says it. */
export function withArticle(kind: string): string {
  return `a${/^[aeiou]/i.test(kind) ? 'n' : ''} ${kind}`
}

/** Whether one becomes the other if so many letters are put in, taken out or replaced (Levenshtein). */
function isNear(a: string, b: string, letters: number): boolean {
  if (a === b) return true
  if (a !== '' && a[0] === b[0]) return isNear(a.slice(1), b.slice(1), letters)
  const less = letters - 1
  return (
    letters >= 1 &&
    (isNear(a.slice(1), b.slice(1), less) ||
      isNear(a.slice(1), b, less) ||
      isNear(a, b.slice(1), less))
  )
}

/** More letters than this are never wrong: trying so many takes long. */
const mostLetters = 8

/** The option that was probably meant. */
function meantBy(key: string, names: readonly string[]): string | undefined {
  const small = key.toLowerCase()
  const others = Object.hasOwn(otherNames, small) ? otherNames[small]! : []
  const other = others.find((name) => names.includes(name))
  if (other !== undefined) return other
  const most = Math.min(Math.max(1, key.length / 3), mostLetters)
  for (let letters = 0; letters <= most; letters++) {
    const nearest = names.find((name) => isNear(small, name.toLowerCase(), letters))
    if (nearest !== undefined) return nearest
  }
  return undefined
}

/**
 * Checks an object of options: nobody's spelling mistake is a default without a word. What is undefined counts as left
 * out, and so does everything that the object inherits.
 *
 * @param maker Whose options they are, such as `createCookie()`.
 * @returns A copy that inherits nothing.
 * @throws {SessionError} `ERR_SESSION_CONFIG` for an option that there is not, naming the one that was probably meant,
 * and for one of another kind.
 */
export function readOptions<Options extends object>(
  maker: string,
  given: Options | undefined,
  kinds: OptionKinds<Options>,
): Options {
  const options = Object.create(null) as Record<string, unknown>
  if (given === undefined) return options as Options
  if (!isObject(given)) {
    throw configError(`${maker} takes its options as an object, and got ${kindOf(given)}`)
  }
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(kinds, key)) {
      const names = Object.keys(kinds)
      const meant = meantBy(key, names)
      const advice = meant ? `Did you mean "${meant}"?` : `It has: ${names.join(', ')}`
      throw configError(`${maker} has no option "${key}". ${advice}`)
    }
    if (value === undefined) continue
    const kind = kinds[key as keyof Options]
    if (!isKind(value, kind)) {
      const wanted = kind.endsWith(')') ? `made by ${kind}` : withArticle(kind)
      throw configError(`${maker} option ${key} must be ${wanted}, and is ${kindOf(value)}`)
    }
    options[key] = value
  }
  return options as Options
}

/** Checks options that two share, and gives each its own: one does not know what the other has. */
export function splitOptions<First extends object, Second extends object>(
  maker: string,
  given: (First & Second) | undefined,
  kinds: readonly [OptionKinds<First>, OptionKinds<Second>],
): [First, Second] {
  const all = { ...kinds[0], ...kinds[1] } as OptionKinds<First & Second>
  const options = Object.entries(readOptions(maker, given, all))
  const only = (own: object) =>
    Object.assign(
      Object.create(null),
      Object.fromEntries(options.filter(([key]) => Object.hasOwn(own, key))),
    )
  return [only(kinds[0]) as First, only(kinds[1]) as Second]
}
