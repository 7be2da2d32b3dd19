import { configError, SessionError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import { isProduction, warn } from '../runtime/platform.ts'
import type { VisitRequest } from './arrival.ts'
import { assertSession, type CsrfSession, isTokenOf } from './csrf-token.ts'
import { isOfOwnOrigin } from './own-origin.ts'

export type { SessionErrorCode } from '../errors.ts'
export type { OptionKind, OptionKinds } from '../options.ts'
export { csrfToken, type CsrfSession } from './csrf-token.ts'

/** A request: one of the Fetch API, or the part of another that is looked at. */
export type CsrfRequest = Pick<VisitRequest, 'method' | 'url'> & {
  readonly headers: { get(name: string): string | null | undefined }
}

export interface CsrfOptions {
  /**
   * Other origins whose pages may send forms here, and the app's own if a proxy changes the Host header:
   * `['https://accounts.example.com']`. Each is a scheme, a host and a port if there is one, and is compared as a whole.
   */
  trustedOrigins?: readonly string[] | undefined
  /**
   * Which requests are not checked, such as those of a webhook, which has a secret of its own. Compare whole paths:
   * `({ url }) => new URL(url).pathname === '/webhook'`. Default: none.
   */
  exempt?: ((request: CsrfRequest) => boolean) | undefined
  /** The form field that holds a token. Default `csrf`. */
  field?: string | undefined
  /** The header that holds a token, for scripts. Default `x-csrf-token`. */
  header?: string | undefined
}

export const csrfKinds: OptionKinds<CsrfOptions> = {
  trustedOrigins: 'array',
  exempt: 'function',
  field: 'string',
  header: 'string',
}

/** Why a request was refused. */
export type CsrfReason = 'cross-site' | 'same-site' | 'origin' | 'no-token' | 'token'

const problems: Record<CsrfReason, string> = {
  'cross-site': 'it was sent by a page of another site',
  'same-site': 'it was sent by a page of another host of this site',
  origin: 'it was sent by a page of another origin',
  'no-token': 'it says neither where it comes from, nor a token of this session',
  token: 'its token is not of this session, or of before the last login: load the page again',
}

/** A request was refused, because a page of somebody else may have sent it. Code `ERR_SESSION_CSRF`, status 403. */
export class CsrfError extends SessionError {
  override readonly name = 'CsrfError'
  /** 403, Forbidden. */
  readonly status = 403
  readonly statusCode = 403
  readonly reason: CsrfReason

  constructor(reason: CsrfReason) {
    super('ERR_SESSION_CSRF', `The request was refused: ${problems[reason]}`)
    this.reason = reason
  }
}

/** Gives a field of the form that was sent. It is asked only where a token is needed. */
export type FieldReader = (name: string) => unknown

/** Refuses requests that pages of other origins have sent. */
export interface Csrf {
  /**
   * Resolves if the request may go on.
   *
   * @param readField Gives a field of the form. Default: it is read from a copy of the request, if that is one of the Fetch API.
   * @throws {CsrfError} `ERR_SESSION_CSRF` if it may not.
   */
  check(request: CsrfRequest, session: CsrfSession, readField?: FieldReader): Promise<void>
}

/**
 * Checks that what changes something was sent by a page of our own (ASVS 3.5.1; NIST SP 800-63B-4 §5.1). GET, HEAD and OPTIONS
 * are not checked, but for the opening of a WebSocket.
 *
 * 1. `Sec-Fetch-Site`, which browsers have sent since 2023 and no page can change: `same-origin` and `none` may go on,
 *    everything else is refused.
 * 2. Without it `Origin`: the request's own host, and https if the request came by https.
 * 3. Without both a token of the session, from `csrfToken(session)`, in a header or in a field of the form.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createCsrf(options?: CsrfOptions): Csrf {
  const {
    trustedOrigins = [],
    exempt,
    field = 'csrf',
    header = 'x-csrf-token',
  } = readOptions('createCsrf()', options, csrfKinds)
  trustedOrigins.forEach(assertOrigin)
  assertNamed({ field, header })
  const trusted = new Set(trustedOrigins)
  let hasWarned = false

  /** What the browser says; undefined if it says nothing. */
  function judge(request: CsrfRequest): CsrfReason | 'own' | undefined {
    const { headers } = request
    const origin = headers.get('origin') || undefined
    const site = headers.get('sec-fetch-site') || undefined
    if (site === 'same-origin' || site === 'none') return 'own'
    if (origin !== undefined && trusted.has(origin)) return 'own'
    if (site !== undefined) return site === 'same-site' ? 'same-site' : 'cross-site'
    if (origin === undefined) return undefined
    return isOfOwnOrigin(request, origin) ? 'own' : 'origin'
  }

  /** For developers whose own pages are refused: nothing in the response says what to do. */
  function adviseOn({ url, headers }: CsrfRequest): void {
    if (hasWarned || isProduction()) return
    hasWarned = true
    warn(
      `A request from a page of ${headers.get('origin')} was refused, because the request is for ${url.split('/', 3).join('/')}. ` +
        'If that page is yours, or a proxy changes the Host header, name its origin: { trustedOrigins: […] }',
    )
  }

  return {
    async check(request, session, readField = formReader(request)) {
      if (isSafe(request) || exempt?.(request) === true) return
      const said = judge(request)
      if (said === 'own') return
      if (said === 'origin') adviseOn(request)
      if (said !== undefined) throw new CsrfError(said)
      assertSession(session)
      const token = request.headers.get(header) || (await readField(field))
      if (typeof token !== 'string' || token === '') throw new CsrfError('no-token')
      if (!(await isTokenOf(session, token))) throw new CsrfError('token')
    },
  }
}

/** Whatever its body is said to be: a form may say anything of itself, and nothing (CVE-2024-48913). */
function isSafe({ method, headers }: CsrfRequest): boolean {
  if (method === 'HEAD' || method === 'OPTIONS') return true
  // Pages of all origins may open sockets, and cookies go along.
  return method === 'GET' && headers.get('upgrade')?.toLowerCase() !== 'websocket'
}

/** Reads a field from a copy, so that the handler can still read the form. */
function formReader(request: CsrfRequest): FieldReader {
  return async (name) => {
    const { clone, bodyUsed } = request as Partial<Request>
    if (typeof clone !== 'function' || bodyUsed === true) return undefined
    try {
      return (await (request as Request).clone().formData()).get(name)
    } catch {
      // It is no form.
      return undefined
    }
  }
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` */
function assertOrigin(origin: unknown): void {
  if (typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin) {
    if (/^https?:[^*]+$/.test(origin)) return
  }
  throw configError(
    `createCsrf() option trustedOrigins must hold origins such as "https://accounts.example.com", and holds ${JSON.stringify(origin)}`,
  )
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` */
function assertNamed(names: Record<string, string>): void {
  for (const [option, name] of Object.entries(names)) {
    if (/^[\w-]+$/.test(name)) continue
    throw configError(
      `createCsrf() option ${option} must be a name of letters, digits, "_" and "-", and is ${JSON.stringify(name)}`,
    )
  }
}
