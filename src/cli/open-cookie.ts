import { createCookie } from '../core/cookie/cookie.ts'

interface OpenedCookie {
  name: string
  /** Which of the secrets it was, from 1. */
  secret: number
  value: string
}

const pair = /(?:^|[;\s])([!#$%&'*+.^_`|~\w-]+)=([^;\s]*)/g
const prefixes = ['__Host-', '__Secure-', '']

/**
 * What is in a cookie, if one of the secrets opens it. The seal is bound to the name, and over plain http a browser has the
 * cookie under a name without its prefix: so that is tried with prefixes as well.
 *
 * @param text A value, `name=value`, or a Cookie header.
 */
export async function openCookie(
  text: string,
  secrets: readonly string[],
  { name, context }: { name?: string | undefined; context?: string | undefined },
): Promise<OpenedCookie | undefined> {
  const pairs = [...text.replace(/^(set-)?cookie:/i, '').matchAll(pair)]
  const candidates: [name: string, value: string][] =
    pairs.length === 0
      ? [[name ?? 'session', text]]
      : pairs.map(([, own, value]) => [name ?? own!, value!])
  for (const [own, value] of candidates) {
    const bare = own.replace(/^__(Host|Secure)-/i, '')
    for (const full of new Set([own, ...prefixes.map((prefix) => prefix + bare)])) {
      for (const [index, secret] of secrets.entries()) {
        for (const encrypt of [true, false]) {
          const cookie = createCookie(full, { secrets: [secret], encrypt, context })
          const opened = await cookie.parse(`${full}=${value}`)
          if (opened !== null) return { name: full, secret: index + 1, value: opened }
        }
      }
    }
  }
  return undefined
}
