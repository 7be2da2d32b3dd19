import { storeFailedPage } from './pages.ts'

const minute = 60_000
let toldAt = -Infinity

/**
 * Answers while the sessions cannot be reached. The console gets the first failure and then one line
 * a minute, because each request fails as long as a server is down.
 */
export function onStoreError(error: Error): Response {
  const now = Date.now()
  if (now - toldAt >= minute) {
    toldAt = now
    console.error(error.message)
  }
  return storeFailedPage()
}
