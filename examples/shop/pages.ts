import { cartLines, totalOf } from './cart.ts'
import { html, type Html } from './html.ts'
import { page, plainPage } from './layout.ts'
import { addButton, picture, productGrid } from './product-grid.ts'
import { findProduct, price, products, type Product } from './products.ts'
import { routes } from './routes.ts'
import type { ShopSession } from './session.ts'

export function homePage(session: ShopSession): Response {
  const seen = (session.get('seen') ?? []).flatMap((id) => findProduct(id) ?? [])
  return page(session, {
    title: 'Coats and company',
    body: html`
      <h1>Everything you would hand over at the door</h1>
      ${productGrid(products)}
      ${
        seen.length > 0 &&
        html`
          <h2>You looked at</h2>
          <ul class="seen">
            ${seen.map(
              (product) => html`
                <li><a href="${routes.product.href({ id: product.id })}">${product.name}</a></li>
              `,
            )}
          </ul>
        `
      }
    `,
  })
}

export function productPage(session: ShopSession, product: Product): Response {
  return page(session, {
    title: product.name,
    body: html`
      <article class="product">
        ${picture(product)}
        <div>
          <h1>${product.name}</h1>
          <p class="price">${price(product.price)}</p>
          <p>${product.description}</p>
          ${addButton(product)}
        </div>
      </article>
      <h2>Goes well with it</h2>
      ${productGrid(products.filter(({ id }) => id !== product.id).slice(0, 3))}
    `,
  })
}

export function cartPage(session: ShopSession): Response {
  const lines = cartLines(session)
  const others = products.filter(({ id }) => !lines.some((line) => line.id === id))
  const empty = html`
    <p class="lead">
      Nothing in it yet. <a href="${routes.home.href()}">Have a look around</a>, or begin with one
      of these:
    </p>
    ${productGrid(products.slice(0, 3))}
  `
  const full = html`
    <ul class="lines">
      ${lines.map(
        ({ product, quantity }) => html`
          <li class="card row">
            ${picture(product)}
            <div class="grow">
              <a href="${routes.product.href({ id: product.id })}">${product.name}</a>
              <p class="price">${price(product.price * quantity)}</p>
            </div>
            ${quantityForm(product, quantity)}
          </li>
        `,
      )}
    </ul>
    <p class="row total">Total <span class="price">${price(totalOf(lines))}</span></p>
    <p class="row end">
      <a class="beside" href="${routes.home.href()}">Look for more</a>
      <a class="button" href="${routes.checkout.index.href()}">Check out</a>
    </p>
    ${
      others.length > 2 &&
      html`<h2>Goes well with it</h2>
        ${productGrid(others.slice(0, 3))}`
    }
  `
  return page(session, {
    title: 'Your cart',
    body: html`<h1>Your cart</h1>
      ${lines.length > 0 ? full : empty}`,
  })
}

export function notFoundPage(session: ShopSession): Response {
  return page(session, {
    title: 'Not found',
    status: 404,
    body: html`<h1>Not on this peg</h1>
      <p class="lead">
        There is no such page. <a href="${routes.home.href()}">Back to the shop.</a>
      </p>
      ${productGrid(products.slice(3))}`,
  })
}

/** When sessions cannot be read or saved. It leaves the cookie alone, so nobody is logged out. */
export function storeFailedPage(): Response {
  const response = plainPage({
    title: 'Back in a moment',
    status: 503,
    body: html`<h1>Back in a moment</h1>
      <p>
        We cannot get at your things right now. They are safe: your cart and your login will be here
        when you try again.
      </p>
      <p><a class="button" href="${routes.home.href()}">Try again</a></p>`,
  })
  response.headers.set('Retry-After', '10')
  return response
}

function quantityForm(product: Product, quantity: number): Html {
  const id = `quantity-${product.id}`
  return html`
    <form class="row" method="post" action="${routes.cart.change.href()}">
      <input type="hidden" name="product" value="${product.id}" />
      <label class="hidden" for="${id}">Quantity of ${product.name}</label>
      <input id="${id}" name="quantity" type="number" min="0" max="99" value="${quantity}" />
      <button class="quiet">Update</button>
    </form>
    <form method="post" action="${routes.cart.change.href()}">
      <input type="hidden" name="product" value="${product.id}" />
      <button class="quiet" name="quantity" value="0" aria-label="Remove ${product.name}">✕</button>
    </form>
  `
}
