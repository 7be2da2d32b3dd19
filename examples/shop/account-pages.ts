import { html } from './html.ts'
import { page } from './layout.ts'
import { productGrid } from './product-grid.ts'
import { products } from './products.ts'
import { routes } from './routes.ts'
import type { ShopSession } from './session.ts'
import { demoLogins } from './users.ts'

export function loginPage(session: ShopSession, returnTo: string): Response {
  return page(session, {
    title: 'Log in',
    body: html`
      <h1>Log in</h1>
      <div class="columns">
        <form class="card fields" method="post" action="${routes.login.action.href()}">
          <input type="hidden" name="to" value="${returnTo}" />
          <label for="name">Name</label>
          <input
            id="name"
            name="name"
            value="${session.get('name')}"
            autocomplete="username"
            autocapitalize="none"
            required
          />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
          />
          <label class="check">
            <input name="stay" type="checkbox" />
            <span>Stay logged in when the browser closes</span>
          </label>
          <button>Log in</button>
        </form>
        <div>
          <h2>Borrow a name</h2>
          <dl class="lent">
            ${demoLogins.map(
              ({ name, password }) =>
                html`<div>
                  <dt><code>${name}</code></dt>
                  <dd><code>${password}</code></dd>
                </div>`,
            )}
          </dl>
          <h2>What a login does here</h2>
          <p>
            Your session gets a new id, and the old one ends at once. Your cart comes along. Your
            device joins the list on your account page, from where you can end it.
          </p>
          <p>Log in from a second browser, or from a private window, to see both in that list.</p>
        </div>
      </div>
    `,
  })
}

export function goodbyePage(session: ShopSession): Response {
  return page(session, {
    title: 'Goodbye',
    body: html`<h1>You are logged out</h1>
      <p class="lead">
        Mind the step. Nothing brings this session back: not the Back button, not a copy of its
        cookie.
        <a href="${routes.home.href()}">Back to the shop</a>
      </p>
      <h2>Until next time</h2>
      ${productGrid(products.slice(0, 3))}`,
  })
}
