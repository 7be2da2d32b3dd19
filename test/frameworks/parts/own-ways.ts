import { after, before } from 'node:test'
import type { Session } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import type { AdapterApp, AdapterFixture } from 'coatcheck/testing'
import { Guest } from './guest.ts'

const look = (session: Session) => ({ text: String(session.get('name')) })

/**
 * A server for what a framework does in ways of its own, within the suite that calls this. `/begin` names the visitor Ada and
 * leaves a message, and `/look` shows the name, as the routes of `looks` do.
 *
 * @param beside More paths that show the name, and options of the middleware.
 * @returns Makes a visitor without a session.
 */
export function serveOwnWays(
  fixture: AdapterFixture,
  { looks = [], options }: { looks?: readonly string[]; options?: AdapterApp['options'] } = {},
): () => Guest {
  let server: Awaited<ReturnType<AdapterFixture['start']>> | undefined

  before(async () => {
    const cookie = createCookie('__Host-session', {
      secrets: ['only for this test: 9vKq-Ep3xTz0wLm5'],
    })
    const handlers = {
      ...Object.fromEntries(['/look', ...looks].map((path) => [path, look])),
      '/begin': (session: Session) => {
        session.set('name', 'Ada')
        session.flash('notice', 'welcome')
        return { text: 'ok' }
      },
    }
    const storage = createMemorySessionStorage()
    server = await fixture.start({ cookie, storage, handlers, options } as AdapterApp)
  })
  after(() => server?.close())

  return () => new Guest(server!.origin, 'browser')
}
