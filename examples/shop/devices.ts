import type { SessionInfo } from 'coatcheck'
import { accountPage } from './account-page.ts'
import { deviceName } from './device.ts'
import { field } from './forms.ts'
import type { Orders } from './orders.ts'
import { redirect } from './redirect.ts'
import { backstageOf } from './requests.ts'
import { routes } from './routes.ts'
import type { ShopContext } from './session.ts'
import type { ShopStorage } from './storage.ts'

/** The account page and its buttons need the storage: it knows the visitor's other sessions. */
export function createDeviceActions(storage: ShopStorage, orders: Orders) {
  const devicesOf = async (userId: string) => (await storage.sessionsOf?.(userId)) ?? []

  /** So that the device can be told why, and the owner can look it up. */
  function noteEnded({ session, headers }: ShopContext, devices: readonly SessionInfo[]): void {
    const { diary } = backstageOf(session)!
    const at = Date.now()
    const by = deviceName(headers.get('User-Agent'))
    for (const { handle, label = 'a browser' } of devices) {
      diary.noteEnding(handle, { at, by })
      diary.noteAccount(session.userId!, { at, what: `Ended the session of ${label}`, device: by })
    }
  }

  return {
    /** GET /account */
    async show({ session }: ShopContext): Promise<Response> {
      const userId = session.userId!
      const devices = await devicesOf(userId)
      return accountPage(session, { devices, orders: orders.of(userId) })
    },

    /** POST /account/end */
    async end(context: ShopContext): Promise<Response> {
      const { session, get } = context
      const userId = session.userId!
      const handle = field(get(FormData), 'device')
      const ended = (await devicesOf(userId)).filter((device) => device.handle === handle)
      // The handle comes from a form: with the user's id nobody ends what is not theirs.
      await storage.revoke?.(handle, { userId })
      noteEnded(context, ended)
      session.flash('notice', `Ended: ${ended[0]?.label ?? 'that device'} is logged out.`)
      return redirect(routes.account.show.href())
    },

    /** POST /account/log-out-others */
    async logOutOthers(context: ShopContext): Promise<Response> {
      const { session } = context
      const userId = session.userId!
      const others = (await devicesOf(userId)).filter(({ handle }) => handle !== session.handle)
      await storage.revokeAll?.(userId, { except: session.handle })
      noteEnded(context, others)
      session.flash('notice', 'All your other devices have been logged out.')
      return redirect(routes.account.show.href())
    },
  }
}
