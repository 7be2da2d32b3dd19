import { createCookie } from 'coatcheck/cookie'
import type { Session, SessionStorage } from 'coatcheck'

export const cookie = createCookie('session', { secrets: ['Qw8eR2tY5uI1oP7aS4dF9gH3jK6lZ0xC'] })

/** A new session, by default of a user, and the header that a browser sends with it. */
export async function begin(
  storage: SessionStorage,
  use: (session: Session) => void = (session) => session.login('ada'),
): Promise<{ handle: string; value: string; header: string }> {
  const session = await storage.read(null)
  use(session)
  const value = (await storage.save(session))!
  const [header] = (await cookie.serialize(value)).split(';', 1)
  return { handle: session.handle, value, header: header! }
}

/** A page of the shop that opens a connection. */
export function asking(header: string, more: Record<string, string> = {}): Request {
  return new Request('https://shop.example/live', { headers: { Cookie: header, ...more } })
}
