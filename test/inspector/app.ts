import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createInspector, type InspectorOptions } from 'coatcheck/inspector'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import type { Session, SessionStorage } from 'coatcheck'

const secrets = ['f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd']

/** A small app with an inspector, and a browser that holds its cookie. */
export function openApp(
  handlers: Record<string, (session: Session) => unknown>,
  options: InspectorOptions & { storage?: SessionStorage; origin?: string; isLate?: boolean } = {},
) {
  const { storage = createMemorySessionStorage(), origin = 'http://localhost:3000' } = options
  const { storage: _storage, origin: _origin, isLate = false, ...own } = options
  const cookie = createCookie('__Host-session', { secrets })
  const serve = async (request: Request, session: Session) => {
    await handlers[new URL(request.url).pathname]?.(session)
    return new Response('the app')
  }
  // Which of the two comes first must not matter.
  const early = isLate ? undefined : createInspector(cookie, storage, own)
  const app = withSession({ cookie, storage }, serve)
  const inspector = early ?? createInspector(cookie, storage, own)
  const handle = inspector.fetch(app)
  const jar = { cookie: '' }

  async function request(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await handle(
      new Request(origin + path, { headers: { Cookie: jar.cookie, ...headers } }),
    )
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(';', 1)[0]!
      jar.cookie = pair.endsWith('=') ? '' : pair
    }
    return response
  }

  return {
    cookie,
    storage,
    inspector,
    jar,
    request,
    /** What the page says, without its markup, styles and script. */
    async page(path = '/__session', headers: Record<string, string> = {}): Promise<string> {
      const text = await (await request(path, headers)).text()
      return text
        .replace(/<(style|script)[^]*?<\/\1>/g, '')
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .replaceAll('&quot;', '"')
    },
  }
}
