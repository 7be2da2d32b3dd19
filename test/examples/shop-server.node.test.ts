import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { Agent, get, request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { describe, it, type TestContext } from 'node:test'
import { startShop, type ShopOptions, type ShopServer } from '../browser/shop-server.ts'
import { eventually } from '../services/talk.ts'

describe('the shop as a program', () => {
  it('makes a secret in development that only its owner reads, and keeps it', async (t) => {
    const shop = await open(t)
    const file = `${shop.sessions}.secret`
    const secret = await readFile(file, 'utf8')
    assert.ok(secret.length >= 32)
    assert.equal((await stat(file)).mode & 0o777, 0o600)

    await shop.stop()
    await shop.start()
    assert.equal(await readFile(file, 'utf8'), secret)
  })

  it('refuses to start in production without a secret', async (t) => {
    await assert.rejects(open(t, { env: { NODE_ENV: 'production' } }), /SESSION_SECRET is not set/)
  })

  it('marks its cookie as secure in production', async (t) => {
    const SESSION_SECRET = 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'
    const shop = await open(t, { env: { NODE_ENV: 'production', SESSION_SECRET } })
    const response = await fetch(shop.origin)
    assert.match(response.headers.get('Set-Cookie')!, /; Secure/)
  })

  it('lets other devices of a network log in over plain http, and only in development', async (t) => {
    const address = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address
    if (address === undefined) return t.skip('this machine has no network')
    const shop = await open(t, { args: ['--host', '0.0.0.0'] })
    const response = await fetch(shop.origin.replace('localhost', address))
    assert.doesNotMatch(response.headers.get('Set-Cookie')!, /; Secure/)

    const SESSION_SECRET = 'f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'
    const env = { NODE_ENV: 'production', SESSION_SECRET }
    const inProduction = await open(t, { args: ['--host', '0.0.0.0'], env })
    const other = await fetch(inProduction.origin.replace('localhost', address))
    assert.match(other.headers.get('Set-Cookie')!, /; Secure/)
  })

  for (const storage of ['memory:', 'cookie:']) {
    it(`keeps its sessions in ${storage}`, async (t) => {
      const shop = await open(t, { args: ['--storage', storage] })
      const first = await fetch(shop.origin)
      const Cookie = first.headers.get('Set-Cookie')!.split(';', 1)[0]!
      const second = await fetch(shop.origin, { headers: { Cookie } })
      assert.match(await second.text(), /Request 2 of your session/)
    })
  }

  it('says nothing of its own while somebody logs in and looks at the account', async (t) => {
    const shop = await open(t)
    const body = new URLSearchParams({ name: 'ada', password: 'analytical-engine' })
    const login = await fetch(`${shop.origin}/login`, { method: 'POST', body, redirect: 'manual' })
    const Cookie = login.headers.get('Set-Cookie')!.split(';', 1)[0]!
    const account = await fetch(`${shop.origin}/account`, { headers: { Cookie } })
    assert.match(await account.text(), /Your devices/)
    await shop.stop()
    assert.equal(shop.errors, '')
  })

  it('names the storages that it knows', async (t) => {
    await assert.rejects(open(t, { args: ['--storage', 'paper:'] }), /begins with fs:, sqlite:/)
  })

  it('finishes the answer that it is working on, then ends', async (t) => {
    const shop = await open(t)
    const agent = new Agent({ keepAlive: true })
    const form = new URLSearchParams({ name: 'ada', password: 'analytical-engine' })
    await new Promise((resolve) =>
      get(shop.origin, { agent }, (r) => r.resume().on('end', resolve)),
    )

    // The request has arrived when the server asks for the rest of it, and the signal when it takes no more connections.
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      Expect: '100-continue',
    }
    const login = request(`${shop.origin}/login`, { method: 'POST', headers })
    login.flushHeaders()
    await once(login, 'continue')
    const ended = shop.stop('SIGTERM')
    const isRefusing = async () => {
      const socket = connect(Number(new URL(shop.origin).port), 'localhost')
      const refused = once(socket, 'connect').then(
        () => false,
        () => true,
      )
      return refused.finally(() => socket.destroy())
    }
    await eventually(isRefusing)
    login.end(String(form))
    const [response] = await once(login, 'response')
    response.resume()
    assert.equal(response.statusCode, 303)
    assert.equal(await ended, 0)
    agent.destroy()
  })
})

async function open(t: TestContext, options?: ShopOptions): Promise<ShopServer> {
  const shop = await startShop(options)
  t.after(() => shop.close())
  return shop
}
