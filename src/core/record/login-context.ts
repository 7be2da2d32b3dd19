import { configError } from '../errors.ts'
import { byteLength } from '../runtime/bytes.ts'
import { isObject } from '../runtime/own.ts'
import { isPlainData } from './storable.ts'

/** What the app noted of a login, such as the browser and the country that it came from. */
export type LoginContext = Readonly<Record<string, string | number | boolean>>

/** The same as it is given: what is `null` or `undefined`, such as a header that is not there, is left out. */
export type GivenContext = Readonly<Record<string, string | number | boolean | null | undefined>>

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless it comes back from JSON as it is, and is small. */
export function checkedContext(given: GivenContext): LoginContext {
  const there = Object.entries(given).filter(([, one]) => (one ?? undefined) !== undefined)
  const context: unknown = Object.fromEntries(there)
  if (
    isPlainData(given) &&
    isLoginContext(context) &&
    byteLength(JSON.stringify(context)) <= 1024
  ) {
    return context
  }
  throw configError(
    'context must be a plain object of texts, numbers and booleans, 1,024 bytes at most',
  )
}

/** Whether this is one, in what was JSON. */
export function isLoginContext(value: unknown): value is LoginContext {
  return isObject(value) && Object.values(value).every(isTold)
}

function isTold(value: unknown): boolean {
  return ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
}
