import { accountPage, goodbyePage, loginPage } from './account-pages.ts'
import { deviceName } from './device.ts'
import { field } from './forms.ts'
import { localPath, loginAddress, redirect } from './redirect.ts'
import { routes } from './routes.ts'
import type { ShopContext } from './session.ts'
import type { ShopStorage } from './storage.ts'
import { authenticate } from './users.ts'

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

  if (!user) {
    session.flash('problem', 'That name and password do not belong together. Please try again.')
    session.flash('name', name.slice(0, 100))
    return redirect(loginAddress(returnTo))
  }
  // A new session id: whoever knew the old one is left outside. The cart comes along.
  session.login(user.id, { label: deviceName(headers.get('User-Agent')) })
  session.flash('notice', `Welcome back, ${user.fullName}.`)
  return redirect(localPath(returnTo))
}

/** POST /logout */
export function logOut({ session }: ShopContext): Response {
  session.destroy()
  return redirect(routes.goodbye.href())
}

export function showGoodbye({ session }: ShopContext): Response {
  return goodbyePage(session)
}

/** The account page and its button need the storage: it knows the visitor's other sessions. */
export function createAccountActions(storage: ShopStorage) {
  return {
    /** GET /account */
    async show({ session }: ShopContext): Promise<Response> {
      return accountPage(session, (await storage.sessionsOf?.(session.userId!)) ?? [])
    },

    /** POST /account/log-out-others */
    async logOutOthers({ session }: ShopContext): Promise<Response> {
      await storage.revokeAll?.(session.userId!, { except: session.handle })
      session.flash('notice', 'All your other devices have been logged out.')
      return redirect(routes.account.show.href())
    },
  }
}
