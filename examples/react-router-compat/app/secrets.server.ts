/**
 * The secrets that seal the cookie, from SESSION_SECRET. Several are separated by commas: the first
 * seals, all of them open, so a secret can be replaced without logging anybody out.
 */
export function readSecrets(): string[] {
  const given = process.env.SESSION_SECRET
  if (given) return given.split(',').map((secret) => secret.trim())

  if (process.env.NODE_ENV === 'production') {
    throw new Error('SESSION_SECRET is not set. Make one with: npx coatcheck secret')
  }
  console.warn('SESSION_SECRET is not set: cookies are sealed with one that everybody knows.')
  return ['the-same-on-every-machine-for-development-only']
}
