import { isProduction } from '../runtime/platform.ts'

/**
 * The request that a cookie comes with or is set in answer to: a `Request`, or its URL where the headers are not at
 * hand. What is given as a URL counts as not proxied.
 */
export type CookieRequest =
  | string
  | {
      readonly url: string
      readonly headers: {
        keys(): Iterable<string>
        get?(name: string): string | null | undefined
      }
    }

const loopback =
  /^http:\/\/(localhost|[^/\\:?#@]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(?=[/?#]|$)/i
/** What a proxy adds (RFC 7239, RFC 9110 §7.6.3, and what was in use before). */
const ofProxies = /^(forwarded|via|x-forwarded-.*|x-real-ip)$/

export function urlOf(request: CookieRequest): string {
  return typeof request === 'string' ? request : request.url
}

/** Whether a header says that a proxy stands in front. */
export function isProxied(request: CookieRequest): request is Exclude<CookieRequest, string> {
  return (
    typeof request !== 'string' && [...request.headers.keys()].some((name) => ofProxies.test(name))
  )
}

/** Whether a proxy says that the browser, too, asked over plain http; with several proxies, that each was asked so. */
export function isPlainAtProxy({ headers }: Exclude<CookieRequest, string>): boolean {
  return /^(http[, ]*)+$/i.test(headers.get?.('x-forwarded-proto') ?? '')
}

/**
 * Whether a developer is looking at an app on the same machine, over plain http: there a cookie has to do without
 * Secure. Behind a proxy the URL may say the same of a public site, so a header of one is enough to say no.
 */
export function isDevelopersOwn(request: CookieRequest | undefined): boolean {
  return (
    request !== undefined && isLoopback(urlOf(request)) && !isProduction() && !isProxied(request)
  )
}

/** Whether a browser on the same machine asked, over plain http. */
export function isLoopback(url: string): boolean {
  return loopback.test(url)
}
