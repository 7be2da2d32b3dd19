import { configError } from '../errors.ts'
import { isProduction, warnOnce } from '../runtime/platform.ts'

const shortest = 32
const fewestDistinct = 8
const placeholders = /s3cr3t|secret|password|changeme|change-me|keyboard cat|example|12345678/i

/** Says why a secret could be guessed, or undefined if it looks good. */
function weaknessOf(secret: string): string | undefined {
  if (secret.length < shortest) return `shorter than ${shortest} characters`
  if (new Set(secret).size < fewestDistinct) return 'made of very few different characters'
  if (placeholders.test(secret) && secret.length < 2 * shortest) return 'a well-known placeholder'
  return undefined
}

/**
 * Checks a cookie's secrets. A weak one is a warning in development and an error in production,
 * because whoever guesses it can forge every session.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` for what is no secret at all, and in production for a weak one.
 */
export function assertSecrets(cookieName: string, secrets: readonly string[]): void {
  if (!Array.isArray(secrets)) throw configError('Cookie secrets must be an array of strings')
  secrets.forEach((secret: unknown, index) => {
    if (typeof secret !== 'string' || secret === '') {
      throw configError(
        `Secret ${index + 1} of cookie "${cookieName}" is not set. Is its environment variable? ` +
          '`npx coatcheck secret` prints a good one.',
      )
    }
    const weakness = weaknessOf(secret)
    if (weakness === undefined) return
    const message =
      `secret ${index + 1} of cookie "${cookieName}" is ${weakness}. ` +
      '`npx coatcheck secret` prints a good one.'
    if (isProduction()) throw configError(message)
    warnOnce(`${message} In production this is an error.`)
  })
}
