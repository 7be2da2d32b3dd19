/** What `redirect()` of Next throws. Its own test for that is not among what it exports. */
interface NextRedirect {
  /** `NEXT_REDIRECT;replace;<URL>;307;` */
  digest: string
}

export function isRedirect(error: unknown): error is NextRedirect {
  const { digest } = (error ?? {}) as { digest?: unknown }
  return typeof digest === 'string' && digest.startsWith('NEXT_REDIRECT;')
}

/** The response that Next makes of it in a route handler. */
export function redirectResponse({ digest }: NextRedirect): Response {
  const parts = digest.split(';')
  const status = Number(parts.at(-2))
  return new Response(null, { status, headers: { Location: parts.slice(2, -2).join(';') } })
}
