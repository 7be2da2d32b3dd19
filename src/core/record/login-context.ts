import { configError } from '../errors.ts'
import { isObject } from '../options.ts'
import { byteLength } from '../runtime/bytes.ts'

/** What the app noted of a login, such as the browser and the country that it came from. */
export type LoginContext = Readonly<Record<string, string | number | boolean>>

/** The same as it is given: what is `null` or `undefined`, such as a header that is not there, is left out. */
export type GivenContext = Readonly<Record<string, string | number | boolean | null | undefined>>

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless it can be stored, and is small. */
export function checkedContext(given: GivenContext): LoginContext {
  const text = JSON.stringify(given, (_, value: unknown) => value ?? undefined)
  // What JSON has no word for is null now.
  const context: unknown = JSON.parse(text)
  if (isLoginContext(context) && byteLength(text) <= 1024) return context
  throw configError('context must be texts, numbers, booleans of 1,024 bytes at most')
}

/** Whether this is one, in what was JSON. */
export function isLoginContext(value: unknown): value is LoginContext {
  return isObject(value) && Object.values(value).every((one) => typeof one !== 'object')
}
