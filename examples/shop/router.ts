import { createRouter, type Middleware, type Router } from '@remix-run/fetch-router'
import { Session, type Cookie } from 'coatcheck'
import { session } from 'coatcheck/fetch-router'
import { logIn, logOut, showGoodbye, showLogin } from './account.ts'
import { addToCart, changeCart } from './cart.ts'
import { createCheckout } from './checkout.ts'
import { confirm, showConfirm } from './confirm.ts'
import { createDeviceActions } from './devices.ts'
import { Diary } from './diary.ts'
import { forms } from './forms.ts'
import { requireFreshLogin, requireLogin } from './guard.ts'
import { Orders } from './orders.ts'
import { cartPage, homePage, notFoundPage, productPage } from './pages.ts'
import { type Place, placeOf } from './places.ts'
import { findProduct } from './products.ts'
import { noteRequests, watchSession } from './requests.ts'
import { routes } from './routes.ts'
import type { ShopContext, ShopData, ShopFlash } from './session.ts'
import type { ShopStorage } from './storage.ts'
import { onStoreError } from './store-failures.ts'
import { files } from './files.ts'
import { trials } from './trials.ts'
import { tryPage } from './try-page.ts'

interface ShopParts {
  /** What the storage's `onEvent` tells. */
  diary: Diary
  /** Where the sessions are. */
  place: Place
  /** Where the inspector is, if there is one. */
  inspector?: string | undefined
}

/** The whole shop: give it a Request, get a Response. Any server that speaks Fetch can run it. */
export function createShop(
  cookie: Cookie,
  storage: ShopStorage,
  { diary, place, inspector }: ShopParts = { diary: new Diary(), place: placeOf('memory:') },
): Router<ShopContext> {
  const orders = new Orders()
  const account = createDeviceActions(storage, orders)
  const checkout = createCheckout(orders)
  const router = createRouter({
    middleware: [
      headLikeGet,
      files, // before the session: a public file must neither wait for it nor become private
      forms,
      trials(cookie, storage, diary),
      noteRequests(diary),
      session<ShopData, ShopFlash>(cookie, storage, { onStoreError }),
      watchSession({ cookie, diary, place, inspector }),
      countVisits,
    ],
    defaultHandler: ({ session }) => notFoundPage(session),
  })

  router.get(routes.home, ({ session }) => homePage(session))
  router.get(routes.product, ({ session, params }) => {
    const product = findProduct(params.id)
    if (!product) return notFoundPage(session)

    // Changed in place: the session notices when it is saved.
    const seen = session.get('seen')
    if (!seen) session.set('seen', [product.id])
    else if (!seen.includes(product.id)) seen.unshift(product.id)
    return productPage(session, product)
  })

  router.get(routes.cart.show, ({ session }) => cartPage(session))
  router.post(routes.cart.add, addToCart)
  router.post(routes.cart.change, changeCart)

  router.get(routes.login.index, showLogin)
  router.post(routes.login.action, logIn)
  router.post(routes.logout, logOut)
  router.get(routes.goodbye, showGoodbye)

  router.get(routes.tryIt, ({ session }) => tryPage(session, place))

  router.get(routes.checkout.index, { middleware: [requireFreshLogin], handler: checkout.show })
  router.post(routes.checkout.action, {
    middleware: [requireFreshLogin],
    handler: checkout.place,
  })
  router.get(routes.order, {
    middleware: [requireLogin],
    handler: ({ session, params }) => checkout.order({ session, number: params.number }),
  })
  router.get(routes.confirm.index, { middleware: [requireLogin], handler: showConfirm })
  router.post(routes.confirm.action, { middleware: [requireLogin], handler: confirm })

  router.get(routes.account.show, { middleware: [requireLogin], handler: account.show })
  router.post(routes.account.end, { middleware: [requireLogin], handler: account.end })
  router.post(routes.account.logOutOthers, {
    middleware: [requireLogin],
    handler: account.logOutOthers,
  })
  return router
}

/** HEAD is answered as GET is, the server leaves the body out. */
const headLikeGet: Middleware = (context, next) => {
  if (context.method === 'HEAD') context.method = 'GET'
  return next()
}

/** Counts the requests of a session, exactly, however many run at the same time. */
const countVisits: Middleware = (context, next) => {
  const isGuess = context.headers.has('Sec-Purpose') // a page that nobody has asked for yet
  if (!isGuess) context.get(Session)?.update('visits', (visits = 0) => visits + 1)
  return next()
}
