import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * The secrets that seal the cookie, from SESSION_SECRET. Several are separated by commas: the first
 * seals, all of them open, so a secret can be replaced without logging anybody out.
 *
 * In development, where nobody wants to set one, a random secret is kept in `file`, so that
 * sessions outlive a restart.
 */
export function readSecrets(file: string): string[] {
  const given = process.env.SESSION_SECRET
  if (given) return given.split(',').map((secret) => secret.trim())

  if (process.env.NODE_ENV === 'production') {
    throw new Error('SESSION_SECRET is not set. Make one with: npx coatcheck secret')
  }
  return [readOrCreate(file)]
}

function readOrCreate(file: string): string {
  try {
    mkdirSync(dirname(file), { recursive: true })
    // "wx" fails if the file is there: of two servers that start at once, one makes the secret.
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}
