import { cartLines, takeOut, totalOf } from './cart.ts'
import { checkoutPage, orderPage } from './checkout-pages.ts'
import { deviceName } from './device.ts'
import { field } from './forms.ts'
import { isOrderNumber, newOrderNumber, type Orders } from './orders.ts'
import { notFoundPage } from './pages.ts'
import { price } from './products.ts'
import { redirect } from './redirect.ts'
import { backstageOf } from './requests.ts'
import { routes } from './routes.ts'
import type { ShopContext } from './session.ts'

/** The guard has let through only those whose login is recent. */
export function createCheckout(orders: Orders) {
  return {
    /** GET /checkout */
    show({ session }: ShopContext): Response {
      if (cartLines(session).length === 0) return redirect(routes.cart.show.href())
      return checkoutPage(session, newOrderNumber())
    },

    /** POST /checkout */
    place({ session, get, headers }: ShopContext): Response {
      const userId = session.userId!
      const number = field(get(FormData), 'order')
      const lines = cartLines(session)
      if (!isOrderNumber(number)) return redirect(routes.checkout.index.href())
      const page = routes.order.href({ number })
      // The form was sent twice: the order is there already.
      if (orders.find(userId, number)) return redirect(page)
      if (lines.length === 0) return redirect(routes.cart.show.href())

      const order = { number, at: Date.now(), lines, total: totalOf(lines) }
      orders.add(userId, order)
      takeOut(session, lines)
      const device = deviceName(headers.get('User-Agent'))
      const what = `Placed order ${number} for ${price(order.total)}`
      backstageOf(session)!.diary.noteAccount(userId, { at: order.at, what, device })
      session.flash('notice', 'Thank you. Your order has been placed.')
      return redirect(page)
    },

    /** GET /orders/:number */
    order({ session, number }: { session: ShopContext['session']; number: string }): Response {
      const order = orders.find(session.userId!, number)
      return order === undefined ? notFoundPage(session) : orderPage(session, order)
    },
  }
}
