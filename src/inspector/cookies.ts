import type { Cookie } from '../core/cookie/cookie.ts'
import type { CookieReading } from '../core/cookie/reading.ts'
import { byteLength } from '../core/runtime/bytes.ts'
import type { VisitRequest } from '../core/serving/arrival.ts'

/** One cookie as the browser sent it. Its value is never told. */
export interface SentCookie {
  name: string
  /** Of name and value: what browsers limit. */
  bytes: number
  isSession: boolean
  /** What is wrong with it, in sentences. */
  problems: readonly string[]
}

/** Name and value of a cookie together (RFC 6265bis §5.6). */
export const cookieLimit = 4096

interface Brought {
  request: VisitRequest
  /** Its Cookie header. */
  header: string
  reading: CookieReading
  /** Whether the cookie stands for a session that lives. */
  isLive: boolean
}

/** The cookies in the order in which the browser sent them. */
export async function sentCookies(
  cookie: Cookie,
  { request, header, reading, isLive }: Brought,
): Promise<SentCookie[]> {
  const pairs = header.split(';').flatMap((pair) => (pair.trim() === '' ? [] : [pair.trim()]))
  const names = pairs.map((pair) => pair.split('=', 1)[0]!.trim())

  /** What it is by itself, where there are several of its name. */
  async function problemsOfOne(pair: string, times: number): Promise<string[]> {
    if (times === 1 || reading.problem !== undefined) return problemsOf(reading, isLive)
    const own = await cookie.read(pair, request)
    return problemsOf(own, isLive || own.value !== reading.value)
  }

  return Promise.all(
    pairs.map(async (pair, index) => {
      const name = names[index]!
      const bytes = byteLength(pair) - (pair.includes('=') ? 1 : 0)
      const isSession = isNameOf(cookie, name)
      const times = names.filter((other) => other === name).length
      const problems = [
        ...(isSession ? await problemsOfOne(pair, times) : []),
        ...(times > 1 ? [`It was sent ${times} times: another path or domain has one too.`] : []),
        ...(bytes > cookieLimit * 0.75 ? [`It takes ${bytes} of ${cookieLimit} bytes.`] : []),
      ]
      return { name, bytes, isSession, problems }
    }),
  )
}

/** In development, over plain http, a name with a prefix such as `__Host-` goes without it. */
function isNameOf(cookie: Cookie, name: string): boolean {
  return name === cookie.name || name === cookie.name.replace(/^(__[A-Za-z]+-)+/, '')
}

function problemsOf({ problem, outdated, value }: CookieReading, isLive: boolean): string[] {
  if (problem === 'cookie') {
    return ['It does not open: it is damaged or forged, or sealed with a secret that is not here.']
  }
  if (problem === 'shadowed') {
    return ['Several open and differ. Somebody may have planted one, so none of them counts.']
  }
  const problems = outdated ? ['An older secret has sealed it. The next write sends it anew.'] : []
  if (value !== null && !isLive) {
    problems.push('It opens, but its session has ended or expired. The next page begins a new one.')
  }
  return problems
}

/** What could be better in how the session's cookie is made. */
export function adviceOn(cookie: Cookie): string[] {
  return [
    !cookie.httpOnly && 'Scripts can read it. Leave httpOnly out.',
    !cookie.secure && 'It goes over plain http. Leave secure out, and serve over https.',
    cookie.sameSite === 'None' && 'Other sites can send it. SameSite=Lax keeps most of them out.',
    cookie.domain !== undefined && `All hosts of ${cookie.domain} get it, and can set it.`,
    !cookie.name.startsWith('__Host-') &&
      'Call it __Host-…, so that no other host of the domain can set it.',
  ].filter((advice) => advice !== false)
}
