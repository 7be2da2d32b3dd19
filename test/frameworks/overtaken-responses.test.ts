import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ServerSessionStorage, Session } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { describeEntries, sessionCookie, setCookies, type MakeServe } from './entries.ts'
import { Visitor } from './visitor.ts'
import { signal } from './watched-store.ts'

type Storage = Pick<ServerSessionStorage, 'read' | 'save'>

/** The ways in which a request is overtaken by the end of its session, or of its id. */
interface Way {
  /** The first request. Default: a login. */
  begin?: string
  /** What the slow request does when it is let. */
  slow(session: Session): void
  /** What happens before that, with the visitor's browser. */
  meanwhile(visitor: Visitor, storage: Storage): Promise<unknown>
}

const count = (session: Session) => void session.update('n', (n) => (n ?? 0) + 1)

const ways: Record<string, Way> = {
  'that was logged out': { slow: count, meanwhile: (visitor) => visitor.get('/logout') },
  'that was ended from elsewhere': {
    slow: count,
    meanwhile: (_, storage) => (storage as ServerSessionStorage).revokeAll('ada'),
  },
  'whose id was ended': { slow: count, meanwhile: (visitor) => visitor.get('/kill') },
  'whose login was ended while it was under way': {
    slow: (session) => session.login('ada', { since: { userId: 'ada', count: 0 } }),
    meanwhile: (_, storage) => (storage as ServerSessionStorage).revokeAll('ada'),
    begin: '/begin',
  },
}

function open(serveWith: MakeServe, storage: Storage, slow: Way['slow']) {
  const [started, start] = signal()
  const [allowed, allow] = signal()
  const serve = serveWith({ cookie: sessionCookie(), storage }, async ({ url }, session) => {
    const { pathname } = new URL(url)
    if (pathname === '/begin') session.set('n', 0)
    if (pathname === '/login') session.login('ada')
    if (pathname === '/logout') session.destroy()
    if (pathname === '/kill') session.regenerateId(true)
    if (pathname === '/slow') {
      start()
      await allowed
      slow(session)
    }
    return new Response(String(session.userId))
  })
  return { visitor: new Visitor(serve), started, allow }
}

async function assertLeftAlone(
  { visitor, started, allow }: ReturnType<typeof open>,
  meanwhile: () => Promise<unknown>,
  begin = '/login',
): Promise<void> {
  await visitor.get(begin)
  const response = visitor.copy().get('/slow')
  await started
  await meanwhile()
  // The visitor logs in again, and the browser has that cookie when the slow response arrives.
  await visitor.get('/login')
  allow()
  assert.deepEqual(setCookies(await response), [])
  assert.equal(await visitor.text(), 'ada')
}

describeEntries('The response of a slow request leaves the cookie alone', (serveWith) => {
  for (const [name, { slow, meanwhile, begin }] of Object.entries(ways)) {
    it(`of a session ${name}`, async () => {
      const storage = createMemorySessionStorage()
      const opened = open(serveWith, storage, slow)
      await assertLeftAlone(opened, () => meanwhile(opened.visitor, storage), begin)
    })
  }

  it('of a session that a cookie storage is told was ended', async () => {
    let ended = -1
    let logins = 0
    const storage = createCookieSessionStorage({
      isRevoked: ({ handle }) => handle === handles[ended],
    })
    const handles: string[] = []
    const saving: Storage = {
      ...storage,
      async save(session) {
        if (session.userId !== undefined) handles[logins++] = session.handle
        return storage.save(session)
      },
    }
    const opened = open(serveWith, saving, count)
    await assertLeftAlone(opened, async () => {
      ended = 0
      opened.visitor.jar.take('https://shop.example/', ['session=; Max-Age=0; Path=/; Secure'])
    })
  })
})
