import { setMaxListeners } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { createCookie } from 'coatcheck/cookie'
import { createInspector } from 'coatcheck/inspector'
import { Diary } from './diary.ts'
import { readOptions, type ShopOptions } from './options.ts'
import { placeOf } from './places.ts'
import { createShop } from './router.ts'
import { readSecrets } from './secret.ts'
import { openStorage } from './storage.ts'

/** The router waits for the end of a request once for each middleware that it is in. Node warns of more than ten. */
const mostLayers = 20
/** How long a stop waits for answers under way, in milliseconds. */
const patience = 3000

async function start({ host, port, sessions, storage: address }: ShopOptions): Promise<void> {
  // Somebody who tries the shop from another device has no https, and browsers would drop a Secure cookie.
  const isPlain = process.env.NODE_ENV !== 'production' && !isLoopback(host)
  const cookie = createCookie(isPlain ? 'shop' : '__Host-shop', {
    secrets: readSecrets(`${sessions}.secret`),
    secure: isPlain ? false : undefined,
  })
  const diary = new Diary()
  const storage = await openStorage(address, diary.onEvent)
  const inspector = createInspector(cookie, storage, { showValues: true })
  const shop = createShop(cookie, storage, {
    diary,
    place: placeOf(address),
    inspector: inspector.isOn && isLoopback(host) ? '/__session' : undefined,
  })

  const server = createServer(
    createRequestListener(
      inspector.fetch((request) => {
        setMaxListeners(mostLayers, request.signal)
        return shop.fetch(request)
      }),
    ),
  )
  server.on('error', fail)
  server.listen(port, host, () => {
    console.log(`Shop on http://${host}:${(server.address() as AddressInfo).port}`)
  })

  // Answers what has arrived, then lets go of the storage. Browsers also open connections that they
  // may need later: those are not waited for.
  const stop = () => {
    server.close(() => void storage.close?.())
    setTimeout(() => server.closeAllConnections(), patience).unref()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.[\d.]+|::1)$/.test(host)
}

function fail(error: unknown): void {
  console.error(`The shop cannot start: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

const options = readOptions()
if (options !== undefined) start(options).catch(fail)
