import { field } from './forms.ts'
import { redirect } from './redirect.ts'
import { findProduct, type Product } from './products.ts'
import { routes } from './routes.ts'
import type { CartLine, ShopContext, ShopSession } from './session.ts'

const mostOfOneThing = 99

/** POST /cart/add */
export function addToCart({ session, get }: ShopContext): Response {
  const product = findProduct(field(get(FormData), 'product'))
  if (!product) return redirect(routes.home.href())

  // Two tabs may add at the same moment. update() is exact: if another request was faster, the
  // function runs again on what that one left. It may change the cart in place.
  session.update('cart', (cart = []) => {
    const line = cart.find(({ id }) => id === product.id)
    if (!line) cart.push({ id: product.id, quantity: 1 })
    else if (line.quantity < mostOfOneThing) line.quantity++
    return cart
  })
  session.flash('notice', `${product.name} is in your cart.`)
  return redirect(routes.cart.show.href())
}

/** POST /cart/change: a new quantity for one line, zero takes it out. */
export function changeCart({ session, get }: ShopContext): Response {
  const id = field(get(FormData), 'product')
  const quantity = Number.parseInt(field(get(FormData), 'quantity'), 10)
  if (!(quantity >= 0)) return redirect(routes.cart.show.href())

  session.update('cart', (cart = []) => {
    const line = cart.find((line) => line.id === id)
    if (line) line.quantity = Math.min(quantity, mostOfOneThing)
    return cart.filter((line) => line.quantity > 0)
  })
  session.flash('notice', 'Your cart has been updated.')
  return redirect(routes.cart.show.href())
}

export function cartLines(session: ShopSession): (CartLine & { product: Product })[] {
  return (session.get('cart') ?? []).flatMap((line) => {
    const product = findProduct(line.id)
    return product ? [{ ...line, product }] : []
  })
}

export function totalOf(lines: readonly { product: Product; quantity: number }[]): number {
  return lines.reduce((sum, { product, quantity }) => sum + product.price * quantity, 0)
}

/** Takes out what was ordered. What another tab adds at the same moment stays in. */
export function takeOut(session: ShopSession, ordered: readonly CartLine[]): void {
  const quantityOf = (id: string) => ordered.find((line) => line.id === id)?.quantity ?? 0
  session.update('cart', (cart = []) =>
    cart
      .map(({ id, quantity }) => ({ id, quantity: quantity - quantityOf(id) }))
      .filter(({ quantity }) => quantity > 0),
  )
}

export function itemCount(session: ShopSession): number {
  return cartLines(session).reduce((sum, { quantity }) => sum + quantity, 0)
}
