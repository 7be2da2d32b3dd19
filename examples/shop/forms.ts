import type { Middleware } from '@remix-run/fetch-router'

type FormEntry = { key: typeof FormData; value: FormData }

/**
 * Reads the form of a POST, and only if one of our own pages sent it. SameSite=Lax keeps the cookie
 * away from other sites' forms already; this also covers sister subdomains and the login form.
 */
export const forms: Middleware<FormEntry> = async (context, next) => {
  if (context.method !== 'POST') {
    context.set(FormData, new FormData())
    return next()
  }
  if (!isSameOrigin(context.headers, context.url)) {
    return new Response('This form was sent from another site.', { status: 403 })
  }
  try {
    context.set(FormData, await context.request.formData())
  } catch {
    return new Response('This is not a form.', { status: 400 })
  }
  return next()
}

/** A field's text, never a file. */
export function field(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

function isSameOrigin(headers: Headers, url: URL): boolean {
  const site = headers.get('Sec-Fetch-Site')
  if (site) return site === 'same-origin'

  // Browsers too old for Sec-Fetch-Site send Origin. Who sends neither is no browser, and there is
  // no cookie to abuse.
  const origin = headers.get('Origin')
  return !origin || (URL.canParse(origin) && new URL(origin).host === url.host)
}
