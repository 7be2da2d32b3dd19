import { splitOptions } from '../../core/options.ts'
import {
  type Csrf,
  CsrfError,
  csrfKinds,
  type CsrfOptions,
  createCsrf,
  type CsrfSession,
  type FieldReader,
} from '../../core/serving/csrf.ts'

export interface CsrfPlaceOptions extends CsrfOptions {
  /** Where the session is, if the session middleware has this option too. Default: `session`. */
  property?: string | undefined
}

/** The policy of these options, and where the session is. */
export function readCsrf(options: CsrfPlaceOptions | undefined): {
  csrf: Csrf
  sessionIn: (holder: object) => CsrfSession
} {
  const kinds = [csrfKinds, { property: 'string' }] as const
  const [policy, { property = 'session' }] = splitOptions<CsrfOptions, { property?: string }>(
    'csrf()',
    options as CsrfOptions & { property?: string },
    kinds,
  )
  return {
    csrf: createCsrf(policy),
    sessionIn: (holder) => (holder as Record<string, CsrfSession>)[property]!,
  }
}

/** Reads the fields of a body that a parser before has made an object of. */
export function fieldsOf(body: unknown): FieldReader {
  return (name) => {
    const isObject = typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    return isObject ? (body as Record<string, unknown>)[name] : undefined
  }
}

/** What a visitor gets whose request was refused. */
export function forbidden({ message, status }: CsrfError): Response {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' }
  return new Response(message, { status, headers })
}

/** Makes a response of a request that was refused. Every other error is thrown on. */
export async function unlessRefused(
  check: Promise<void>,
  go: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    await check
  } catch (error) {
    if (error instanceof CsrfError) return forbidden(error)
    throw error
  }
  return go()
}
