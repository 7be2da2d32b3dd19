import { isHandle } from '../record/id.ts'
import { own } from '../runtime/own.ts'
import { publicPart } from './failure-reason.ts'

/*
 * What a driver threw, as far as it may leave the storage. Drivers hang commands with their arguments, rows and
 * statements on their errors, and whoever logs an error logs all of it.
 */

/** Short facts that drivers and Node tell, none of which a visitor or the app has chosen. */
const harmless: ReadonlySet<PropertyKey> = new Set(
  (
    'name message stack cause errors code errno syscall address port host hostname fatal sqlState errcode errstr ' +
    'severity routine file line length schema table column constraint dataType position ' +
    // Where it was thrown, as Bun tells.
    'originalLine originalColumn'
  ).split(' '),
)
/** What every error has: of these its text is looked at. In Bun that is also the file that threw it. */
const ofEveryError: ReadonlySet<PropertyKey> = new Set(['name', 'message', 'stack', 'sourceURL'])
/** Of a system call. */
const ofFiles: ReadonlySet<PropertyKey> = new Set(['path', 'dest'])

const deepest = 5
const mostParts = 1000

/**
 * The cause itself if nothing in it could be a value, or else an error with the same name, code and frames and with the
 * part of the message that may be shown.
 *
 * @param secrets What must not be repeated: the key, the value, the owner.
 */
export function publicCause(cause: unknown, secrets: readonly string[] = []): unknown {
  // Handles are public: the files of sessions are named after them.
  const hidden = secrets.filter((secret) => !isHandle(secret)).flatMap(partsOf)
  return publicForm(cause, hidden, 0)
}

function publicForm(cause: unknown, secrets: readonly string[], depth: number): unknown {
  if (cause === undefined || cause === null) return cause
  if (typeof cause !== 'object' && typeof cause !== 'function') {
    return new Error(publicPart(String(cause), secrets))
  }
  const error = cause as Error
  return isPublic(error, secrets, depth) ? error : copyOf(error, secrets, depth)
}

/** A record's values, one by one: a driver may show a part of it, or show it escaped. */
function partsOf(secret: string): string[] {
  const parts = secret.length < 3 ? [] : [secret]
  if (!secret.startsWith('{')) return parts
  try {
    JSON.parse(secret, (_, value: unknown) => {
      const part = String(value)
      const isValue = typeof value === 'string' || typeof value === 'number'
      if (isValue && part.length > 2 && parts.length < mostParts) parts.push(part)
      return value
    })
  } catch {
    // Whatever it is, it is one part.
  }
  return parts
}

function isPublic(error: Error, secrets: readonly string[], depth: number): boolean {
  try {
    return (
      error instanceof Error &&
      Reflect.ownKeys(error).every((key) => isHarmless(error, key)) &&
      isShown(error, secrets) &&
      nested(error).every((one) => depth < deepest && publicForm(one, secrets, depth + 1) === one)
    )
  } catch {
    return false
  }
}

function isHarmless(error: Error, key: PropertyKey): boolean {
  if (key === 'cause' || key === 'errors') return true
  const value: unknown = Reflect.get(error, key)
  if (value === undefined || value === null || typeof value === 'boolean') return true
  if (typeof value !== 'string') return typeof value === 'number' && harmless.has(key)
  if (ofEveryError.has(key)) return true
  if (ofFiles.has(key)) return isSystemError(error)
  return harmless.has(key) && publicPart(value, []) === value
}

/** One that Node makes for a system call that failed. */
function isSystemError(error: Error): boolean {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  return typeof code === 'string' && typeof syscall === 'string'
}

/** Whether all of its text may be shown. What the language says of a fault in the code names no values. */
function isShown(error: Error, secrets: readonly string[]): boolean {
  const { message, stack = '' } = error
  const texts = [message, stack, ...Object.values(error)]
  const isFree = texts.every((text) => secrets.every((secret) => !String(text).includes(secret)))
  const isOfCode = error instanceof TypeError || error instanceof ReferenceError
  return isFree && (isOfCode || isSystemError(error) || publicPart(message, secrets) === message)
}

function nested({ cause, errors }: Error & { errors?: unknown }): unknown[] {
  return [cause, ...(Array.isArray(errors) ? errors : [])].filter((one) => one !== undefined)
}

function copyOf(error: Error, secrets: readonly string[], depth: number): Error {
  const message = publicPart(String(own(error, 'message') ?? ''), secrets)
  const causes = depth < deepest ? nested(error) : []
  const [cause, ...others] = causes.map((one) => publicForm(one, secrets, depth + 1))
  const copy = new Error(message, cause === undefined ? {} : { cause })
  const name = /^\w{1,60}$/.test(error.name) ? error.name : 'Error'
  const stack = [`${name}: ${message}`, ...framesOf(error)].join('\n')
  for (const [key, value] of Object.entries({ name, stack })) hide(copy, key, value)
  if (others.length > 0) hide(copy, 'errors', others)
  for (const key of Object.keys(error)) {
    if (ofEveryError.has(key) || key === 'cause' || key === 'errors') continue
    const value: unknown = Reflect.get(error, key)
    const isNumber = typeof value === 'number'
    const isWord = typeof value === 'string' && publicPart(value, secrets) === value
    if (harmless.has(key) && (isNumber || isWord)) Object.assign(copy, { [key]: value })
  }
  return copy
}

/** Properties of an error that nobody sees who prints it. */
function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true })
}

/** Where it was thrown, without what was said. */
function framesOf({ stack, message }: Error): string[] {
  if (typeof stack !== 'string') return []
  const said = stack.indexOf(message)
  const frames = said === -1 ? stack : stack.slice(said + message.length)
  return frames.split('\n').filter((line) => /^ +at .*:\d+:\d+\)?$|^[^ ]*@.*:\d+:\d+$/.test(line))
}
