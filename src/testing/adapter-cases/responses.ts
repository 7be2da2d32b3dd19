import { equal, ok, same } from '../expect.ts'
import type { Session } from '../../core/session/session.ts'
import { type AdapterCase, type AdapterHandler, withApp } from './app.ts'

const look = (session: Session) => ({ json: [session.get('name'), session.get('notice')] })

async function* pieces(): AsyncGenerator<string> {
  for (const piece of ['one ', 'two ', 'three']) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    yield piece
  }
}

/** A handler that sets a name and answers in this way. */
const answering =
  (reply: () => Awaited<ReturnType<AdapterHandler>>): AdapterHandler =>
  (session) => {
    session.set('name', 'Ada')
    return reply()
  }

/** A case in which `/set` answers like this, and the next page knows what it has set. */
function carries(
  name: string,
  reply: () => Awaited<ReturnType<AdapterHandler>>,
  check: (response: Response) => unknown,
): AdapterCase {
  return {
    name,
    run: (fixture) =>
      withApp(fixture, { '/set': answering(reply), '/look': look }, async ({ browser }) => {
        const visitor = browser()
        const response = await visitor.send('/set')
        equal(visitor.cookies.length, 1, 'cookies of the browser')
        await check(response)
        same(JSON.parse(await visitor.text('/look')), ['Ada', null])
      }),
  }
}

/** Every way in which a handler may answer. */
export const responses: readonly AdapterCase[] = [
  carries(
    'a redirect carries the cookie',
    () => ({ redirect: '/look' }),
    (response) => {
      equal(response.status, 303)
      ok(response.headers.get('location')?.endsWith('/look'))
    },
  ),
  carries(
    'a page of JSON carries the cookie',
    () => ({ json: { a: 1 } }),
    async (response) => {
      same(await response.json(), { a: 1 })
    },
  ),
  carries(
    'a stream carries the cookie, and is whole',
    () => ({ stream: pieces() }),
    async (response) => {
      equal(await response.text(), 'one two three')
    },
  ),
  carries(
    'a response without a body carries the cookie',
    () => ({ empty: 204 }),
    async (response) => {
      equal(response.status, 204)
      equal(await response.text(), '')
    },
  ),
  carries(
    '"not modified" carries the cookie',
    () => ({ empty: 304 }),
    (response) => {
      equal(response.status, 304)
    },
  ),
  carries(
    'a status and headers of the app stay as they are',
    () => ({ text: 'made', status: 201, headers: [['X-Made', 'here']] }),
    async (response) => {
      equal(response.status, 201)
      equal(response.headers.get('x-made'), 'here')
      equal(await response.text(), 'made')
    },
  ),
  {
    name: 'cookies of the app stay beside that of the session',
    async run(fixture) {
      const headers = [
        ['Set-Cookie', 'theme=dark'],
        ['Set-Cookie', 'language=en'],
      ] as const
      const handlers = { '/set': answering(() => ({ text: 'ok', headers })), '/look': look }
      await withApp(fixture, handlers, async ({ browser }) => {
        const visitor = browser()
        await visitor.text('/set')
        equal(visitor.cookies.length, 3)
        same(JSON.parse(await visitor.text('/look')), ['Ada', null])
      })
    },
  },
  {
    name: 'a HEAD request is served as a GET, and uses no flash message up',
    async run(fixture) {
      const set: AdapterHandler = (session) => {
        session.flash('notice', 'welcome')
        return { text: 'ok' }
      }
      const handlers = { '/flash': set, '/set': answering(() => ({ text: 'ok' })), '/look': look }
      await withApp(fixture, handlers, async ({ browser }) => {
        const visitor = browser()
        const response = await visitor.send('/set', { method: 'HEAD' })
        equal(await response.text(), '')
        await visitor.text('/flash')
        await visitor.send('/look', { method: 'HEAD' })
        same(JSON.parse(await visitor.text('/look')), ['Ada', 'welcome'])
        same(JSON.parse(await visitor.text('/look')), ['Ada', null])
      })
    },
  },
  {
    name: 'a response that was begun and not ended goes on after the session is saved',
    async run(fixture) {
      let goOn!: () => void
      const held = new Promise<void>((resolve) => (goOn = resolve))
      async function* halves(): AsyncGenerator<string> {
        yield 'first'
        await held
        yield ' second'
      }
      const handlers = { '/set': answering(() => ({ stream: halves() })), '/look': look }
      await withApp(fixture, handlers, async ({ browser }) => {
        const visitor = browser()
        const response = await visitor.send('/set')
        same(JSON.parse(await visitor.text('/look')), ['Ada', null])
        goOn()
        equal(await response.text(), 'first second')
      })
    },
  },
]
