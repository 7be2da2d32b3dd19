import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SessionError, type Session, type SessionStorage } from 'coatcheck'
import { describeEntries, sessionCookie, type Handle, type MakeServe } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

/** A page whose body is made when it is read, after the response has left. */
function streamed(write: () => unknown): Response {
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(new TextEncoder().encode(attempt(write)))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'Cache-Control': 'public, s-maxage=60' } })
}

function attempt(action: () => unknown): string {
  try {
    return String(action())
  } catch (error) {
    if (error instanceof SessionError) return error.code
    throw error
  }
}

function open(
  serveWith: MakeServe,
  handle: Handle,
  storage: SessionStorage = watchedStorage(),
): Visitor {
  const serve = serveWith({ cookie: sessionCookie(), storage }, (request, session) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/flash') session.flash('notice', 'Saved')
    else if (pathname === '/login') session.login('ada')
    else if (pathname === '/has') return new Response(String(session.has('notice')))
    else return handle(request, session)
    return new Response()
  })
  return new Visitor(serve)
}

const looks: Record<string, (session: Session) => unknown> = {
  get: (session) => session.get('name'),
  has: (session) => session.has('name'),
  id: (session) => session.id,
  handle: (session) => session.handle,
  userId: (session) => session.userId,
  data: (session) => session.data,
  size: (session) => session.size,
  dirty: (session) => session.dirty,
  isNew: (session) => session.isNew,
  createdAt: (session) => session.createdAt,
  authenticatedAt: (session) => session.authenticatedAt,
  expiresAt: (session) => session.expiresAt,
  persistent: (session) => session.persistent,
}

const script = { 'Sec-Fetch-Dest': 'empty' }

describeEntries('A body that looks at the session while it streams', (serveWith) => {
  for (const [name, look] of Object.entries(looks)) {
    it(`cannot begin with session.${name}: the response left without a word of it (P11)`, async () => {
      const visitor = open(serveWith, (_, session) => streamed(() => look(session)))
      await visitor.get('/login')
      const response = await visitor.get()
      assert.equal(response.headers.get('Vary'), null)
      assert.equal(await response.text(), 'ERR_SESSION_COMMITTED')
    })

    it(`goes on with session.${name} when the handler has looked, and the response says so`, async () => {
      const visitor = open(serveWith, (_, session) => {
        session.has('name')
        return streamed(() => (look(session), 'fine'))
      })
      await visitor.get('/login')
      const response = await visitor.get()
      assert.equal(response.headers.get('Vary'), 'Cookie')
      assert.equal(await response.text(), 'fine')
    })
  }

  it('cannot use up a message of a script’s fetch, which would show again', async () => {
    const visitor = open(serveWith, (_, session) => {
      session.has('notice')
      return streamed(() => session.get('notice'))
    })
    await visitor.get('/flash')
    for (let i = 0; i < 2; i++) {
      assert.equal(await visitor.text('/', script), 'ERR_SESSION_COMMITTED')
    }
    assert.equal(await visitor.text('/has'), 'true')
  })

  it('reads on what the handler of a script’s fetch has read, and that once', async () => {
    const visitor = open(serveWith, (_, session) => {
      session.get('notice')
      return streamed(() => session.get('notice'))
    })
    await visitor.get('/flash')
    const texts = []
    for (let i = 0; i < 3; i++) texts.push(await visitor.text('/', script))
    assert.deepEqual(texts, ['Saved', 'undefined', 'undefined'])
  })

  it('reads the messages of a page that looked at the session, once', async () => {
    const visitor = open(serveWith, (_, session) => {
      session.has('name')
      return streamed(() => session.get('notice'))
    })
    await visitor.get('/flash')
    assert.deepEqual([await visitor.text(), await visitor.text()], ['Saved', 'undefined'])
  })
})

describeEntries('A message that is read after the handler saved by itself', (serveWith) => {
  it('is used up by the save that follows', async () => {
    for (const headers of [{}, script]) {
      const storage = watchedStorage()
      const visitor = open(
        serveWith,
        async (_, session) => {
          session.set('a', 1)
          await storage.save(session)
          return new Response(String(session.get('notice')))
        },
        storage,
      )
      await visitor.get('/flash')
      const texts = []
      for (let i = 0; i < 3; i++) texts.push(await visitor.text('/', headers))
      assert.deepEqual(texts, ['Saved', 'undefined', 'undefined'])
    }
  })
})
