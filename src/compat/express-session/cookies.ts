import type { IncomingMessage } from 'node:http'
import { Cookie } from '../../core/cookie/cookie.ts'
import type { CookieImporter } from '../../core/cookie/importers.ts'
import { weaknessOf } from '../../core/cookie/weakness.ts'
import { configError } from '../../core/errors.ts'
import { cryptoBackend } from '../../core/runtime/crypto/choose.ts'
import { isProduction } from '../../core/runtime/platform.ts'
import { expressSession, liveSessionIn } from '../cookies/express-session.ts'
import type { ExpressStore } from '../parts/express-store.ts'
import { attributesOf } from './attributes.ts'
import type { CookieData, CookieOptions } from './cookie.ts'
import { cookieKey } from './data.ts'
import type { Secret } from './options.ts'

/** A session's cookie as it is kept, and which session of express-session it was. */
export type KeptCookie = CookieData & { from?: string | undefined }

interface CookieSetup {
  name: string
  /** The first seals. Weak ones behind it only open what express-session has signed. */
  secrets: readonly Secret[]
  options: CookieOptions
  oldStore: ExpressStore | undefined
}

/**
 * The sealed cookie of these secrets, which takes those of express-session over.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` for options that no browser accepts, and in production for a weak secret.
 */
export function sealedCookie({ name, secrets, options, oldStore }: CookieSetup): Cookie {
  const [first = '', ...others] = secrets.map(textOf)
  const weakness = weaknessOf(first)
  if (weakness !== undefined && isProduction()) {
    throw configError(
      `The first secret of session() is ${weakness}. \`npx coatcheck secret\` prints a good one: put it in front, ` +
        'secret: [process.env.SESSION_SECRET, "the one of before"], and visitors stay logged in',
    )
  }
  return new Cookie(name, {
    ...attributesOf(options),
    expires: undefined,
    secrets: [first, ...others.filter((one) => weaknessOf(one) === undefined)],
    accept: oldStore === undefined ? [] : [importerOf(oldStore, secrets)],
  })
}

/** Our cookies take their keys from texts. */
function textOf(secret: Secret): string {
  return typeof secret === 'string' ? secret : cryptoBackend.toBase64url(secret)
}

/** Reads what express-session has signed. The session remembers where it comes from, to end there too. */
function importerOf(store: ExpressStore, secrets: readonly Secret[]): CookieImporter {
  const load = async (id: string) => {
    const found = await liveSessionIn(store, id, Date.now())
    if (found === undefined) return undefined
    const kept: KeptCookie = { ...(found.cookie as CookieData), expires: undefined, from: id }
    return { values: { ...found.values, [cookieKey]: JSON.parse(JSON.stringify(kept)) } }
  }
  return expressSession({ secrets, load })
}

type ParsedRequest = IncomingMessage & { cookies?: Record<string, unknown> }

/** The Cookie header, or what cookie-parser made of it, where somebody has taken the header's cookie away. */
export function cookieHeaderOf(request: IncomingMessage, name: string): string | undefined {
  const { cookie } = request.headers
  const parsed = (request as ParsedRequest).cookies?.[name]
  if (typeof parsed !== 'string' || cookie?.includes(`${name}=`)) return cookie
  return `${cookie === undefined ? '' : `${cookie}; `}${name}=${encodeURIComponent(parsed)}`
}
