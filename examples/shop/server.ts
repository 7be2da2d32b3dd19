import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { createCookie } from 'coatcheck/cookie'
import { createShop } from './router.ts'
import { readSecrets } from './secret.ts'
import { openStorage } from './storage.ts'

const { env } = process
const { values: options } = parseArgs({
  options: {
    host: { type: 'string', default: env.HOST ?? 'localhost' },
    port: { type: 'string', default: env.PORT ?? '3000' },
    sessions: { type: 'string', default: env.SESSIONS_DIRECTORY ?? './.sessions' },
    storage: { type: 'string', default: env.SESSION_STORAGE },
  },
})

/** How long a stop waits for answers under way, in milliseconds. */
const patience = 3000

async function start(): Promise<void> {
  const cookie = createCookie('shop', { secrets: readSecrets(`${options.sessions}.secret`) })
  const storage = await openStorage(options.storage ?? `fs:${options.sessions}`)
  const shop = createShop(cookie, storage)

  const server = createServer(createRequestListener((request) => shop.fetch(request)))
  server.on('error', fail)
  server.listen(Number(options.port), options.host, () => {
    const { port } = server.address() as AddressInfo
    console.log(`Shop on http://${options.host}:${port}`)
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

function fail(error: unknown): void {
  console.error(`The shop cannot start: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

start().catch(fail)
