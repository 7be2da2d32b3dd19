import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { createShop } from '../../examples/shop/router.ts'
import type { ShopData, ShopFlash } from '../../examples/shop/session.ts'
import { styleAddress } from '../../examples/shop/style.ts'
import { localPath } from '../../examples/shop/redirect.ts'

const origin = 'http://localhost:3000'
const secrets = ['a secret that is used by nothing but these tests']
const ada = { name: 'ada', password: 'analytical-engine' }

/** A visitor with a cookie jar, in a shop of their own. */
function visit() {
  const storage = createMemorySessionStorage<ShopData, ShopFlash>()
  const shop = createShop(createCookie('shop', { secrets }), storage)
  let cookie = ''

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (cookie) headers.set('Cookie', cookie)
    const response = await shop.fetch(`${origin}${path}`, { ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(';', 1)[0]!
      cookie = pair.endsWith('=') ? '' : pair
    }
    return response
  }

  return {
    get: request,
    text: async (path: string) => (await request(path)).text(),
    post: (path: string, fields: Record<string, string> = {}, headers: HeadersInit = {}) =>
      request(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
  }
}

describe('the shop', () => {
  it('counts the requests of a session', async () => {
    const { text } = visit()
    assert.match(await text('/'), /Request 1 of your session/)
    assert.match(await text('/cart'), /Request 2 of your session/)
  })

  it('serves its style sheet without a session', async () => {
    const { get } = visit()
    const response = await get(styleAddress)
    assert.equal(response.status, 200)
    assert.match(response.headers.get('Cache-Control')!, /public/)
    assert.equal(response.headers.get('Vary'), null)
    assert.deepEqual(response.headers.getSetCookie(), [])
  })

  it('serves its fonts, small and for good, to itself alone', async () => {
    const { get, text } = visit()
    const addresses = [...(await text('/')).matchAll(/<link rel="preload" href="([^"]+)"/g)]
    assert.equal(addresses.length, 2)
    const style = await text(styleAddress)
    for (const [, address] of addresses) {
      assert.ok(style.includes(`url('${address}')`))
      const response = await get(address!)
      assert.equal(response.headers.get('Content-Type'), 'font/woff2')
      assert.match(response.headers.get('Cache-Control')!, /immutable/)
      const font = Buffer.from(await response.arrayBuffer())
      assert.equal(font.toString('latin1', 0, 4), 'wOF2')
      assert.ok(font.length < 60_000)
    }
    assert.match((await get('/')).headers.get('Content-Security-Policy')!, /default-src 'self'/)
  })

  it('never lets a page of a session be stored', async () => {
    const { get } = visit()
    await get('/')
    const response = await get('/cart')
    assert.match(response.headers.get('Cache-Control')!, /no-store/)
    assert.match(response.headers.get('Vary')!, /Cookie/i)
  })

  it('answers HEAD as it answers GET', async () => {
    const { get } = visit()
    assert.equal((await get('/', { method: 'HEAD' })).status, 200)
  })

  it('has a page for what does not exist', async () => {
    const { get } = visit()
    for (const path of ['/nothing', '/products/nothing']) {
      const response = await get(path)
      assert.equal(response.status, 404)
      assert.match(await response.text(), /Not on this peg/)
    }
  })

  it('keeps the order and the quantities of the cart', async () => {
    const { post, text } = visit()
    for (const product of ['scarf', 'mittens', 'scarf', 'no such thing']) {
      await post('/cart/add', { product })
    }
    assert.match(await text('/cart'), /Long scarf[^]*value="2"[^]*Mittens[^]*value="1"/)
    assert.match(await text('/cart'), /Total <span class="price">€130\.00/)

    await post('/cart/change', { product: 'scarf', quantity: '0' })
    await post('/cart/change', { product: 'mittens', quantity: 'all of them' })
    assert.doesNotMatch(await text('/cart'), /Long scarf/)
    assert.match(await text('/cart'), /Mittens[^]*value="1"/)
  })

  it('answers every form with 303', async () => {
    const { post } = visit()
    const forms: [string, Record<string, string>, string][] = [
      ['/cart/add', { product: 'scarf' }, '/cart'],
      ['/cart/change', { product: 'scarf', quantity: '2' }, '/cart'],
      ['/login', { name: 'ada', password: 'wrong' }, '/login'],
      ['/login', ada, '/account'],
      ['/account/log-out-others', {}, '/account'],
      ['/logout', {}, '/goodbye'],
    ]
    for (const [path, fields, next] of forms) {
      const response = await post(path, fields)
      assert.equal(response.status, 303, path)
      assert.equal(response.headers.get('Location'), next)
    }
  })
})

describe('an order', () => {
  it('is one, however often its form is sent, and takes nothing else out of the cart', async () => {
    const { get, post, text } = visit()
    await post('/login', ada)
    await post('/cart/add', { product: 'scarf' })
    const order = /name="order" value="(\w+)"/.exec(await text('/checkout'))![1]!
    const placed = await Promise.all([post('/checkout', { order }), post('/checkout', { order })])
    for (const response of placed) {
      assert.equal(response.headers.get('Location'), `/orders/${order}`)
    }
    await post('/cart/add', { product: 'mittens' })
    await post('/checkout', { order })
    assert.match(await text('/cart'), /Mittens[^]*value="1"/)
    assert.equal((await text('/account')).split(`Order ${order}`).length, 2)
    assert.equal((await get(`/orders/${order}`)).status, 200)
  })

  it('takes out of the cart what was in it when it was placed', async () => {
    const { post, text } = visit()
    await post('/login', ada)
    await post('/cart/add', { product: 'scarf' })
    const order = /name="order" value="(\w+)"/.exec(await text('/checkout'))![1]!
    await Promise.all([
      post('/checkout', { order }),
      post('/cart/add', { product: 'scarf' }),
      post('/cart/add', { product: 'mittens' }),
    ])
    assert.match(await text('/cart'), /Cart <span class="count">2<[^]*Mittens/)
  })

  it('is shown to nobody else', async () => {
    const shop = visit()
    await shop.post('/login', ada)
    await shop.post('/cart/add', { product: 'scarf' })
    const order = /name="order" value="(\w+)"/.exec(await shop.text('/checkout'))![1]!
    await shop.post('/checkout', { order })
    await shop.post('/logout')
    const stranger = await shop.get(`/orders/${order}`)
    assert.equal(stranger.headers.get('Location'), `/login?to=%2Forders%2F${order}`)
    await shop.post('/login', { name: 'grace', password: 'first-compiler' })
    assert.equal((await shop.get(`/orders/${order}`)).status, 404)
  })
})

describe('the login', () => {
  it('refuses wrong passwords and unknown names alike, and says so once', async () => {
    const { post, text } = visit()
    for (const name of ['ada', 'nobody']) {
      await post('/login', { name, password: 'wrong' })
      assert.match(await text('/login'), /do not belong together/)
      assert.doesNotMatch(await text('/login'), /do not belong together/)
    }
  })

  it('changes the cookie and keeps the cart', async () => {
    const { post, get, text } = visit()
    const before = (await get('/')).headers.getSetCookie()
    await post('/cart/add', { product: 'scarf' })
    const after = (await post('/login', ada)).headers.getSetCookie()
    assert.equal(after.length, 1)
    assert.notDeepEqual(after, before)
    assert.match(await text('/cart'), /Long scarf/)
  })

  it('escapes what a visitor typed', async () => {
    const { post, text } = visit()
    const name = '"><script>alert(1)</script>'
    const to = `/account?"><script>alert(2)</script>`
    await post('/login', { name, password: 'wrong', to })
    const page = await text(`/login?${new URLSearchParams({ to })}`)
    assert.doesNotMatch(page, /<script/)
    assert.match(page, /value="&quot;&gt;&lt;script&gt;alert\(1\)/)
  })

  it('goes back to where the visitor was', async () => {
    const { get, post } = visit()
    const guarded = await get('/account?tab=devices')
    assert.equal(guarded.headers.get('Location'), '/login?to=%2Faccount%3Ftab%3Ddevices')
    const response = await post('/login', { ...ada, to: '/account?tab=devices' })
    assert.equal(response.headers.get('Location'), '/account?tab=devices')
  })

  it('never goes to another site', async () => {
    const { post } = visit()
    const response = await post('/login', { ...ada, to: 'https://evil.example/' })
    assert.equal(response.headers.get('Location'), '/account')

    for (const address of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
      '/.//evil.example',
      '/x/..//evil.example',
      'javascript:alert(1)',
      'account',
      '',
    ]) {
      assert.equal(localPath(address), '/account', JSON.stringify(address))
    }
    assert.equal(localPath('/cart?x=1#end'), '/cart?x=1')
    assert.equal(localPath('/cart\r\nSet-Cookie: a=b'), '/cartSet-Cookie:%20a=b')
  })
})

describe('forms from other sites', () => {
  it('are refused', async () => {
    const { post, text } = visit()
    await post('/login', ada)
    for (const [name, value] of [
      ['Sec-Fetch-Site', 'cross-site'],
      ['Sec-Fetch-Site', 'same-site'],
      ['Origin', 'https://evil.example'],
      ['Origin', 'null'],
    ] as const) {
      const response = await post('/logout', {}, { [name]: value })
      assert.equal(response.status, 403, `${name}: ${value}`)
    }
    assert.match(await text('/account'), /ada@example\.com/)
  })

  it('are told from our own', async () => {
    const { post } = visit()
    for (const headers of [new Headers({ 'Sec-Fetch-Site': 'same-origin' }), { Origin: origin }]) {
      const response = await post('/cart/add', { product: 'scarf' }, headers)
      assert.equal(response.status, 303)
    }
  })

  it('must be forms', async () => {
    const { get } = visit()
    const response = await get('/cart/add', { method: 'POST', body: '{}' })
    assert.equal(response.status, 400)
  })
})
