import { routes } from './routes.ts'

/** After a POST the browser gets another page with GET: a reload never sends the form again. */
export function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { Location: location } })
}

export function loginAddress(returnTo: string): string {
  return withReturn(routes.login.index.href(), returnTo)
}

/** Where somebody who is logged in types the password once more. */
export function confirmAddress(returnTo: string): string {
  return withReturn(routes.confirm.index.href(), returnTo)
}

function withReturn(form: string, returnTo: string): string {
  return returnTo ? `${form}?${new URLSearchParams({ to: returnTo })}` : form
}

/**
 * The address to go to after the login. It came from the visitor's browser, so it must be a path of
 * this shop: `//evil.example`, `/\evil.example` and `javascript:` are all replaced by the account.
 */
export function localPath(address: string): string {
  const here = 'http://shop.invalid'
  const fallback = routes.account.show.href()
  if (!address.startsWith('/') || !URL.canParse(address, here)) return fallback

  const url = new URL(address, here)
  // Parsing can also make a "//" that was not there: "/.//evil.example".
  if (url.origin !== here || url.pathname.startsWith('//')) return fallback
  return url.pathname + url.search
}
