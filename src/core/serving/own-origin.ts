import type { VisitRequest } from './arrival.ts'

const authority = /^(?<scheme>https?):\/\/(?<host>[^/?#]*)/i

/**
 * Whether the page that asks is of the host that the request names. Browsers send `Origin` with every WebSocket handshake and
 * with every request across origins, and no script can change it (RFC 6455 §10.2). What sends none is no page of another
 * origin. Behind a proxy that speaks https the request says http, so https is right for both.
 */
export function isOfOwnOrigin({ url }: Pick<VisitRequest, 'url'>, origin: string): boolean {
  const asked = authority.exec(url)?.groups
  const page = parsed(origin)
  if (asked === undefined || page === undefined) return false
  if (page.protocol === 'http:' && asked['scheme']!.toLowerCase() === 'https') return false
  // Read with the page's scheme: which port is left out depends on it.
  return parsed(`${page.protocol}//${asked['host']}`)?.host === page.host
}

/** `null`, which pages without an origin send, is none. */
function parsed(origin: string): URL | undefined {
  try {
    const url = new URL(origin)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
  } catch {
    return undefined
  }
}
