import { goodbyePage, loginPage } from './account-pages.ts'
import { deviceName } from './device.ts'
import { field } from './forms.ts'
import { localPath, loginAddress, redirect } from './redirect.ts'
import { backstageOf } from './requests.ts'
import { routes } from './routes.ts'
import type { ShopContext } from './session.ts'
import { authenticate, findUserByName } from './users.ts'

/** GET /login */
export function showLogin({ session, url }: ShopContext): Response {
  if (session.userId) return redirect(routes.account.show.href())
  return loginPage(session, url.searchParams.get('to') ?? '')
}

/** POST /login */
export async function logIn({ session, get, headers }: ShopContext): Promise<Response> {
  const form = get(FormData)
  const name = field(form, 'name')
  const returnTo = field(form, 'to')
  const user = await authenticate(name, field(form, 'password'))

  const device = deviceName(headers.get('User-Agent'))
  const { diary } = backstageOf(session)!

  if (!user) {
    const owner = findUserByName(name)
    const what = 'A wrong password was typed'
    if (owner) diary.noteAccount(owner.id, { at: Date.now(), what, device, isStrange: true })
    session.flash('problem', 'That name and password do not belong together. Please try again.')
    session.flash('name', name.slice(0, 100))
    return redirect(loginAddress(returnTo))
  }
  // A new session id: whoever knew the old one is left outside. The cart comes along.
  session.login(user.id, { label: device })
  session.set('loggedInAt', Date.now())
  session.persist(field(form, 'stay') === 'on')
  diary.noteAccount(user.id, { at: Date.now(), what: 'Logged in', device })
  session.flash('notice', `Welcome back, ${user.fullName}.`)
  return redirect(localPath(returnTo))
}

/** POST /logout */
export function logOut({ session, headers }: ShopContext): Response {
  const { diary } = backstageOf(session)!
  const device = deviceName(headers.get('User-Agent'))
  if (session.userId) {
    diary.noteAccount(session.userId, { at: Date.now(), what: 'Logged out', device })
  }
  session.destroy()
  return redirect(routes.goodbye.href())
}

export function showGoodbye({ session }: ShopContext): Response {
  return goodbyePage(session)
}
