import { html, type Html } from './html.ts'
import { price, type Product } from './products.ts'
import { routes } from './routes.ts'

export function productGrid(products: readonly Product[]): Html {
  return html`
    <ul class="products">
      ${products.map(
        (product) => html`
          <li class="card">
            <a href="${routes.product.href({ id: product.id })}">
              ${picture(product)}
              <h2>${product.name}</h2>
            </a>
            <div class="row">
              <span class="price">${price(product.price)}</span>
              ${addButton(product)}
            </div>
          </li>
        `,
      )}
    </ul>
  `
}

export function addButton(product: Product): Html {
  return html`
    <form method="post" action="${routes.cart.add.href()}">
      <input type="hidden" name="product" value="${product.id}" />
      <button aria-label="Add ${product.name} to the cart">Add to cart</button>
    </form>
  `
}

export function picture({ id, picture }: Product): Html {
  return html`<svg class="picture ${id}" viewBox="0 0 96 96" aria-hidden="true">
    <path d="${picture}" />
  </svg>`
}
