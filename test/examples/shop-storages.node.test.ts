import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { startShop, type ShopServer } from '../browser/shop-server.ts'
import {
  startMariadb,
  startMemcached,
  startPostgres,
  startRedis,
  type Service,
} from '../services/index.ts'
import { eventually } from '../services/talk.ts'

interface Backend {
  service: Service
  address: string
  /** Whether the cart is there again after the server was killed. */
  durable: boolean
}

const [redis, memcached, postgres, mariadb] = await Promise.all([
  startRedis({ durable: true }),
  startMemcached({ count: 2 }),
  startPostgres(),
  startMariadb(),
])
const backends: Record<string, Backend> = {
  Redis: { service: redis, address: redis.url, durable: true },
  Memcached: {
    service: memcached,
    address: `memcached://${memcached.hosts.join(',')}`,
    durable: false,
  },
  PostgreSQL: { service: postgres, address: postgres.url, durable: true },
  MariaDB: { service: mariadb, address: mariadb.url, durable: true },
}
after(() => Promise.all(Object.values(backends).map(({ service }) => service.stop())))

/** A visitor with a cart of one thing. */
class Visitor {
  readonly #shop: ShopServer
  cookie = ''

  constructor(shop: ShopServer) {
    this.#shop = shop
  }

  async visit(path: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(this.#shop.origin + path, {
      method: form ? 'POST' : 'GET',
      headers: { Cookie: this.cookie, Origin: this.#shop.origin },
      body: form ? new URLSearchParams(form) : null,
      redirect: 'manual',
    })
    const setCookie = response.headers.get('Set-Cookie')
    if (setCookie !== null) this.cookie = setCookie.split(';', 1)[0]!
    return response
  }

  async addToCart(): Promise<void> {
    await this.visit('/')
    const added = await this.visit('/cart/add', { product: 'umbrella' })
    assert.equal(added.status, 303)
  }

  async cart(): Promise<string> {
    return (await this.visit('/cart')).text()
  }
}

const holds = (things: number) => new RegExp(`Cart <span class="count">${things}<`)

for (const [name, { service, address, durable }] of Object.entries(backends)) {
  describe(`the shop on ${name}`, () => {
    it('keeps carts, says so while the server is away, and has them again when it can', async () => {
      const shop = await startShop({ args: ['--storage', address] })
      try {
        const visitor = new Visitor(shop)
        await visitor.addToCart()
        assert.match(await visitor.cart(), holds(1))
        const { cookie } = visitor

        await service.kill()
        const failed = await visitor.visit('/cart')
        assert.equal(failed.status, 503)
        assert.match(await failed.text(), /Back in a moment/)
        assert.equal(failed.headers.get('Set-Cookie'), null)
        assert.equal(visitor.cookie, cookie)

        await service.start()
        await recovered(visitor)
        const kept = durable ? 1 : 0
        assert.match(await visitor.cart(), holds(kept))
        await visitor.addToCart()
        assert.match(await visitor.cart(), holds(kept + 1))
      } finally {
        assert.equal(await shop.stop(), 0)
        await shop.close()
      }
    })
  })
}

describe('the shop on SQLite', () => {
  it('has carts again after it was killed', async () => {
    const shop = await startShop()
    await shop.stop()
    const file = join(shop.sessions, '..', 'sessions.db')
    const onFile = await startShop({ args: ['--storage', `sqlite:${file}`] })
    try {
      const visitor = new Visitor(onFile)
      await visitor.addToCart()
      await onFile.stop('SIGKILL')
      await onFile.start()
      assert.match(await visitor.cart(), holds(1))
    } finally {
      await onFile.close()
      await shop.close()
    }
  })
})

/** Waits until the shop has found its server again. */
async function recovered(visitor: Visitor): Promise<void> {
  await eventually(async () => (await visitor.visit('/cart')).status === 200, 200)
}
