import { form, get, post, route } from '@remix-run/fetch-router/routes'

/** Every address of the shop. Pages build their links from it, router.ts says who answers. */
export const routes = route({
  home: get('/'),
  product: get('/products/:id'),
  cart: {
    show: get('/cart'),
    add: post('/cart/add'),
    change: post('/cart/change'),
  },
  checkout: form('/checkout'),
  order: get('/orders/:number'),
  login: form('/login'),
  confirm: form('/confirm'),
  logout: post('/logout'),
  goodbye: get('/goodbye'),
  tryIt: get('/try'),
  trial: post('/try/step'),
  account: {
    show: get('/account'),
    end: post('/account/end'),
    logOutOthers: post('/account/log-out-others'),
  },
})
