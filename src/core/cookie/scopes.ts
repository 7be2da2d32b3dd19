import { configError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'

/** Where a browser sends a cookie to. Cookies of one name in different scopes are different cookies to it. */
export interface CookieScope {
  /** Default none: only the host that set the cookie. */
  domain?: string | undefined
  /** Default `/`. */
  path?: string | undefined
}

const kinds: OptionKinds<CookieScope> = { domain: 'string', path: 'string' }
/** No host has more labels that matter than this. */
const mostParents = 4
/** Each is a header of some hundred bytes, and proxies take few kilobytes of headers. */
const mostBeside = 24
const longestPath = 100

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless these are scopes. */
export function checkScopes(scopes: readonly CookieScope[]): readonly CookieScope[] {
  if (!Array.isArray(scopes)) {
    throw configError('Cookie formerScopes must be an array such as [{ domain: "example.com" }]')
  }
  return scopes.map((scope: CookieScope) => {
    const { domain, path } = readOptions('Each of formerScopes', scope, kinds)
    // Named also where undefined, because they stand in for the cookie's own.
    return { domain, path }
  })
}

function keyOf({ domain = '', path = '/' }: CookieScope): string {
  return `${domain.replace(/^\./, '').toLowerCase()};${path}`
}

/** Those of the first that are not among the others, each once. */
export function without(
  scopes: readonly CookieScope[],
  others: readonly CookieScope[],
): CookieScope[] {
  const left = new Map(scopes.map((scope) => [keyOf(scope), scope]))
  for (const other of others) left.delete(keyOf(other))
  return [...left.values()]
}

/** The domains that a host may set cookies for, beside its own name: a sibling can do so too. */
function parentsOf(url: string | undefined): string[] {
  const host = /^https?:\/\/([^/\\:?#@]+)(?::\d+)?(?:[/?#]|$)/i.exec(url ?? '')?.[1] ?? ''
  if (!/^[a-z0-9.-]+$/i.test(host) || /^[\d.]+$/.test(host)) return []
  const labels = host.split('.')
  const domains = labels.map((_, index) => labels.slice(index).join('.'))
  // The last label alone is a public suffix.
  return domains.slice(0, -1).slice(-mostParents)
}

/** The paths whose cookies a browser sends with a request of this URL (RFC 6265 §5.1.4), the shortest first. */
function pathsOf(url: string | undefined): string[] {
  // No path of a cookie has a semicolon: the attribute would end there.
  const [, path = '/'] = /^https?:\/\/[^/\\?#]+(\/[!"$-:<->@-~]*)/i.exec(url ?? '') ?? []
  const paths = ['/']
  for (let end = 1; end <= Math.min(path.length, longestPath); end++) {
    const isSlash = path[end] === '/'
    if (isSlash || end === path.length) paths.push(path.slice(0, end))
    if (isSlash) paths.push(path.slice(0, end + 1))
  }
  return paths
}

/**
 * The scopes in which a cookie of the same name would come beside one in this scope, as far as they can be known: the host
 * alone, and every domain that it belongs to, each with this path and with those that lead to the URL. The shortest come
 * first, and no more than fit in the headers of a response.
 */
export function scopesBeside(scope: CookieScope, url: string | undefined): CookieScope[] {
  const paths = new Set([scope.path ?? '/', ...pathsOf(url)])
  const domains = new Set([undefined, scope.domain, ...parentsOf(url)])
  const all = [...paths].flatMap((path) => [...domains].map((domain) => ({ domain, path })))
  return without(all, [scope]).slice(0, mostBeside)
}
