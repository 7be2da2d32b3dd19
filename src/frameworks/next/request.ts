// @ts-ignore -- Next is there where this runs, and not where it is compiled.
import { cookies, headers } from 'next/headers.js'
import type { RequestHeaders, VisitRequest } from '../../core/serving/arrival.ts'
import type { SetCookieOptions } from '../parts/set-cookie.ts'

/** What is used of the cookies of Next. */
interface Jar {
  get(name: string): { value: string } | undefined
  set(name: string, value: string, options: SetCookieOptions): void
}

/** The request that Next serves now, where nobody is given it: in server components and actions. */
export async function currentRequest(
  cookieName: string,
): Promise<{ jar: Jar; page: VisitRequest }> {
  const [jar, own] = await Promise.all([cookies() as Promise<Jar>, headers() as Promise<Headers>])
  const scheme = own.get('x-forwarded-proto')?.split(',')[0] ?? 'http'
  const cookie = withChange(own.get('cookie') ?? '', cookieName, jar.get(cookieName)?.value)
  const page = {
    method: 'GET',
    url: `${scheme}://${own.get('host') ?? 'localhost'}/`,
    headers: replacing(own, { cookie, 'sec-fetch-dest': 'document' }),
  }
  return { jar, page }
}

/** An action may have changed the cookie before the page is rendered: Next tells of that in its cookies alone. */
function withChange(header: string, name: string, value = ''): string {
  const pairs = header.split(/; */).filter((pair) => pair !== '')
  const isOurs = (pair: string) => pair.startsWith(`${name}=`)
  const isSame = (pair: string) => isOurs(pair) && decoded(pair.slice(name.length + 1)) === value
  if (pairs.some(isSame)) return header
  const others = pairs.filter((pair) => !isOurs(pair))
  return [...others, ...(value === '' ? [] : [`${name}=${value}`])].join('; ')
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** The same request for a visit that is no page yet: it uses up those messages that it reads. */
export function asScript({ method, url, headers }: VisitRequest): VisitRequest {
  return { method, url, headers: replacing(headers, { 'sec-fetch-dest': 'empty' }) }
}

function replacing(own: RequestHeaders, values: Record<string, string>): RequestHeaders {
  return {
    get: (name) => values[name] ?? own.get(name),
    keys: () => own.keys(),
  }
}

/** What a route handler and a proxy are given. An action cannot be: a browser has no way to send one. */
export function isRequest(value: unknown): value is Request {
  const { method, headers } = (value ?? {}) as Partial<Request>
  return typeof method === 'string' && typeof headers?.getSetCookie === 'function'
}

/** Only a proxy is given an event beside the request. */
export function isProxyEvent(value: unknown): boolean {
  return typeof (value as { waitUntil?: unknown } | undefined)?.waitUntil === 'function'
}

const overrides = 'x-middleware-override-headers'
const override = 'x-middleware-request-'

/** What comes after the proxy finds the cookie that it sets, in the way in which `NextResponse.next({ request })` says it. */
export function passCookieOn({ headers }: Response, request: Request, name: string): void {
  const isPassed = headers.has('x-middleware-next') || headers.has('x-middleware-rewrite')
  const set = headers.getSetCookie().findLast((line) => line.startsWith(`${name}=`))
  if (!isPassed || set === undefined) return
  let names = headers.get(overrides)?.split(',')
  if (names === undefined) {
    names = Array.from(request.headers.keys())
    for (const one of names) headers.set(override + one, request.headers.get(one)!)
  }
  const [value] = set.slice(name.length + 1).split(';')
  const before = headers.get(override + 'cookie') ?? ''
  headers.set(override + 'cookie', withChange(before, name, value))
  headers.set(overrides, [...new Set([...names, 'cookie'])].join(','))
}
