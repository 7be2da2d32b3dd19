import { isProduction, warn } from '../runtime/platform.ts'
import {
  type CookieRequest,
  isLoopback,
  isPlainAtProxy,
  isProxied,
  urlOf,
} from './request-place.ts'

const plain = /^http:\/\/(?:[^/?#]*@)?(?<host>\[[^\]]*\]|[^/:?#]*)/i
/** Addresses of local networks: RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.6, RFC 6762, and names without a dot. */
const local =
  /^(10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|169\.254\.[\d.]+|\[f[cde][^\]]*\]|[^.[\]]+|.*\.(local|lan|home\.arpa))$/i

/** Names of the cookies that developers have been warned of. */
const told = new Set<string>()

/**
 * Says why a login seems to do nothing: over plain http browsers drop a Secure cookie without a word. In production
 * only for a local network: a public site may be behind something that speaks https and adds no header.
 */
export function warnOfPlainHttp(name: string, request: CookieRequest): void {
  if (told.has(name)) return
  const url = urlOf(request)
  const host = plain.exec(url)?.groups?.['host']
  if (host === undefined || isLoopback(url)) return
  if (isProduction() && !local.test(host)) return
  if (isProxied(request) && !isPlainAtProxy(request)) return
  told.add(name)
  warn(
    `Cookie "${name}" is Secure. A request came over plain http, where browsers drop it: nobody can log in. ` +
      'Serve over https; a proxy that does so says it in X-Forwarded-Proto. Or, in a network that you trust, give ' +
      'createCookie() a name without a prefix and { secure: false }.',
  )
}
