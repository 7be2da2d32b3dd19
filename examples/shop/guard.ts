import type { Middleware } from '@remix-run/fetch-router'
import { Session } from 'coatcheck'
import { loginAddress, redirect } from './redirect.ts'
import { backstageOf } from './requests.ts'
import type { ShopSession } from './session.ts'

/** Lets only logged-in visitors through. Others log in first and come back to where they were. */
export const requireLogin: Middleware = (context, next) => {
  const session = context.get(Session) as ShopSession | undefined
  if (session?.userId) return next()

  const wanted = context.method === 'GET' ? context.url.pathname + context.url.search : ''
  // Somebody who was logged out from another device is told that.
  if (session && !backstageOf(session)?.ending) {
    session.flash('notice', 'Please log in to see your account.')
  }
  return redirect(loginAddress(wanted))
}
