import type { Middleware, RequestContext } from '@remix-run/fetch-router'
import { Session } from 'coatcheck'
import { LoginRequiredError, requireRecentLogin } from 'coatcheck/accounts'
import { recentLogin } from './lifetime.ts'
import { confirmAddress, loginAddress, redirect } from './redirect.ts'
import { backstageOf } from './requests.ts'
import type { ShopSession } from './session.ts'

/** Lets only logged-in visitors through. Others log in first and come back to where they were. */
export const requireLogin: Middleware = (context, next) => {
  const session = context.get(Session) as ShopSession | undefined
  if (session?.userId) return next()
  return toLogin(context, 'Please log in to see your account.')
}

/** Lets only those through who have typed their password lately. Others type it once more and come back. */
export const requireFreshLogin: Middleware = (context, next) => {
  const reason = reasonForLogin(context.get(Session) as unknown as ShopSession)
  if (reason === undefined) return next()
  if (reason === 'nobody') return toLogin(context, 'Please log in to check out.')
  return redirect(confirmAddress(context.url.pathname))
}

/** Why an order needs a login or a password first, if it does. */
export function reasonForLogin(session: ShopSession): LoginRequiredError['reason'] | undefined {
  try {
    requireRecentLogin(session, recentLogin)
    return undefined
  } catch (error) {
    if (error instanceof LoginRequiredError) return error.reason
    throw error
  }
}

function toLogin({ method, url, get }: RequestContext, notice: string): Response {
  const session = get(Session) as ShopSession | undefined
  const wanted = method === 'GET' ? url.pathname + url.search : ''
  // Somebody who was logged out from another device is told that.
  if (session && !backstageOf(session)?.ending) session.flash('notice', notice)
  return redirect(loginAddress(wanted))
}
