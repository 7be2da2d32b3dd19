import { confirmPage } from './checkout-pages.ts'
import { deviceName } from './device.ts'
import { field } from './forms.ts'
import { confirmAddress, localPath, redirect } from './redirect.ts'
import { backstageOf } from './requests.ts'
import type { ShopContext } from './session.ts'
import { authenticate, findUser } from './users.ts'

/** GET /confirm */
export function showConfirm({ session, url }: ShopContext): Response {
  return confirmPage(session, url.searchParams.get('to') ?? '')
}

/** POST /confirm: the visitor is logged in, and types the password once more. */
export async function confirm({ session, get, headers }: ShopContext): Promise<Response> {
  const form = get(FormData)
  const returnTo = field(form, 'to')
  const { id, name } = findUser(session.userId)!
  const { diary } = backstageOf(session)!
  const device = deviceName(headers.get('User-Agent'))

  if (!(await authenticate(name, field(form, 'password')))) {
    const what = 'A wrong password was typed to confirm a login'
    diary.noteAccount(id, { at: Date.now(), what, device, isStrange: true })
    session.flash('problem', 'That is not your password. Please try again.')
    return redirect(confirmAddress(returnTo))
  }
  // A new session id, as with a login. But the session does not live longer by it.
  session.reauthenticate()
  diary.noteAccount(id, { at: Date.now(), what: 'Confirmed the login with the password', device })
  return redirect(localPath(returnTo))
}
