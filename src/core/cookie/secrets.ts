import { configError } from '../errors.ts'
import { isProduction, warnOnce } from '../runtime/platform.ts'
import { weaknessOf } from './weakness.ts'

const advice = '`npx coatcheck secret` prints a good one.'

/** What is wrong with it, whatever the mode. */
function faultOf(secret: unknown): string | undefined {
  if (secret === undefined) {
    return 'is not set: it is undefined. Has its environment variable another name, or none yet?'
  }
  if (secret === '') return 'is not set: it is empty. Is its environment variable?'
  if (typeof secret !== 'string') return 'must be a string.'
  return secret.isWellFormed() ? undefined : 'has lone surrogates, which have no UTF-8.'
}

/**
 * Checks a cookie's secrets. A weak one is a warning in development and an error in production,
 * because whoever guesses it can forge every session.
 *
 * @returns The secrets.
 * @throws {SessionError} `ERR_SESSION_CONFIG` for what is no secret at all, and in production for a weak one.
 */
export function checkSecrets(
  cookieName: string,
  secrets: readonly (string | undefined)[],
): readonly string[] {
  if (!Array.isArray(secrets)) {
    throw configError('Cookie secrets must be an array of strings: secrets: [first, older, …]')
  }
  return [...secrets].map((secret: unknown, index) => {
    const which = `Secret ${index + 1} of cookie "${cookieName}"`
    const fault = faultOf(secret)
    if (fault !== undefined) throw configError(`${which} ${fault} ${advice}`)
    const weakness = weaknessOf(secret as string)
    if (weakness !== undefined) {
      const message = `${which} is ${weakness}. ${advice}`
      if (isProduction()) throw configError(message)
      warnOnce(`${message} In production this is an error.`)
    }
    return secret as string
  })
}
