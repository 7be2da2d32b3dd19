import { cartLines, totalOf } from './cart.ts'
import { html, type Html } from './html.ts'
import { page } from './layout.ts'
import { recentLogin } from './lifetime.ts'
import type { Order } from './orders.ts'
import { picture } from './product-grid.ts'
import { price } from './products.ts'
import { routes } from './routes.ts'
import type { ShopSession } from './session.ts'
import { findUser } from './users.ts'
import { ago, dateTime } from './when.ts'

const minutes = recentLogin / 60

export function checkoutPage(session: ShopSession, number: string): Response {
  const user = findUser(session.userId)!
  const lines = cartLines(session)
  return page(session, {
    title: 'Check out',
    body: html`
      <h1>Check out</h1>
      <div class="columns">
        <section>
          <h2>Your order</h2>
          ${orderLines({ lines, total: totalOf(lines) })}
          <form method="post" action="${routes.checkout.action.href()}">
            <input type="hidden" name="order" value="${number}" />
            <button>Place the order</button>
            <a class="beside" href="${routes.cart.show.href()}">Back to the cart</a>
          </form>
        </section>
        <section>
          <h2>It goes to</h2>
          <p class="card">
            <strong>${user.fullName}</strong><br />
            ${user.address}<br />
            <span class="quiet">${user.email}</span>
          </p>
          <h2>Why you may be asked again</h2>
          <p>
            You typed your password ${ago(session.authenticatedAt!)}. This page takes a login that
            is ${minutes} minutes old at most, and asks for the password after that. You stay logged
            in for everything else.
          </p>
          <p>Wait until then and place the order: you will be asked, and come back here.</p>
        </section>
      </div>
    `,
  })
}

export function confirmPage(session: ShopSession, returnTo: string): Response {
  const user = findUser(session.userId)!
  return page(session, {
    title: 'Is it still you?',
    body: html`
      <h1>Is it still you?</h1>
      <div class="columns">
        <form class="card fields" method="post" action="${routes.confirm.action.href()}">
          <input type="hidden" name="to" value="${returnTo}" />
          <p>
            You are logged in as <strong>${user.fullName}</strong>. Please type your password once
            more.
          </p>
          <input
            class="hidden"
            name="name"
            value="${user.name}"
            autocomplete="username"
            aria-hidden="true"
            tabindex="-1"
            readonly
          />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            autofocus
          />
          <button>Go on</button>
        </form>
        <section>
          <h2>Why you are asked</h2>
          <p>
            You typed your password ${ago(session.authenticatedAt ?? session.createdAt)}. That is
            good for your cart and your account. But somebody else may sit at this device by now, so
            an order needs a login of the last ${minutes} minutes.
          </p>
          <h2>What happens then</h2>
          <p>
            Your session gets a new id, and the old one ends at once. It does not live longer by it:
            the second clock in the panel “Your session” goes on as it was.
          </p>
        </section>
      </div>
    `,
  })
}

export function orderPage(session: ShopSession, order: Order): Response {
  const user = findUser(session.userId)!
  return page(session, {
    title: `Order ${order.number}`,
    body: html`
      <h1>Order ${order.number}</h1>
      <div class="columns">
        <section>
          <h2>What is in it</h2>
          ${orderLines(order)}
          <a class="button" href="${routes.home.href()}">Back to the shop</a>
        </section>
        <section>
          <h2>It goes to</h2>
          <p class="card">
            <strong>${user.fullName}</strong><br />
            ${user.address}<br />
            <span class="quiet">Placed on ${dateTime(order.at)}</span>
          </p>
          <h2>What your session did</h2>
          <p>
            It took out of your cart what is in this order, and nothing else: what another tab adds
            meanwhile stays in. Reload this page, or send the form again: it is still one order.
          </p>
          <p>
            It is in the list of
            <a href="${routes.account.show.href()}">what happened to your account</a>.
          </p>
        </section>
      </div>
    `,
  })
}

function orderLines({ lines, total }: Pick<Order, 'lines' | 'total'>): Html {
  return html`
    <ul class="lines">
      ${lines.map(
        ({ product, quantity }) => html`
          <li class="card row">
            ${picture(product)}
            <div class="grow">
              ${product.name}
              <p class="quiet">${quantity} × ${price(product.price)}</p>
            </div>
            <span class="price">${price(product.price * quantity)}</span>
          </li>
        `,
      )}
    </ul>
    <p class="row total">Total <span class="price">${price(total)}</span></p>
  `
}
