// Compiled, never run: the blocks of seed 000 as they are, and what the types of this API promise.
import type { SessionStorage as CoreStorage } from 'coatcheck'
import { Cookie } from 'coatcheck/cookie'
import { Cookie as RemixCookie } from '@remix-run/cookie'
import {
  CookieSessionStorage,
  FileSessionStorage,
  MemorySessionStorage,
  Session,
  toClassesStorage,
  type SessionData,
  type SessionStorage,
} from 'coatcheck/compat/classes'
import { z } from 'zod'
import { exactly } from './equal.ts'

/* oxlint-disable prefer-const -- as the document has it */
export async function basicExample(): Promise<void> {
  let storage = new MemorySessionStorage()

  // Create a new session
  let session = new Session()
  session.set('userId', '123')
  session.set('theme', 'dark')

  // Save the session
  let cookieValue = await storage.update(session.id, session.data)
  exactly<string>()(cookieValue)

  // Later, retrieve the session
  let retrievedSession = await storage.read(cookieValue)
  exactly<Session>()(retrievedSession)
  void retrievedSession.get('userId') // '123'
  void retrievedSession.get('theme') // 'dark'
}

export async function flashMessages(storage: SessionStorage): Promise<void> {
  let session = new Session()
  session.flash('message', 'Successfully logged in!')

  // Save and reload
  let cookieValue = await storage.update(session.id, session.data)
  let nextSession = await storage.read(cookieValue)

  void nextSession.get('message') // 'Successfully logged in!'

  // On the following request, the flash message is gone
  let cookieValue2 = await storage.update(nextSession.id, nextSession.data)
  let laterSession = await storage.read(cookieValue2)
  void laterSession.get('message') // undefined
}

export async function regeneration(
  storage: SessionStorage,
  cookieValue: string,
  authenticatedUserId: string,
): Promise<void> {
  let session = await storage.read(cookieValue)

  // User just logged in
  session.regenerateId()
  session.set('userId', authenticatedUserId)

  let newCookieValue = await storage.update(session.id, session.data)
  exactly<string>()(newCookieValue)
}

export function storageImplementations(): SessionStorage[] {
  let memory = new MemorySessionStorage()

  let cookie = new Cookie('session', {
    secrets: ['your-secret-key'],
  })
  let inCookie = new CookieSessionStorage(cookie)

  let file = new FileSessionStorage('./sessions')

  let remixCookie = new RemixCookie('session', {
    secrets: ['your-secret-key'],
  })
  return [memory, inCookie, file, new CookieSessionStorage(remixCookie)]
}

export async function destroying(storage: SessionStorage, cookieValue: string): Promise<void> {
  let session = await storage.read(cookieValue)
  session.destroy()

  // This will clear the session
  let emptyValue = await storage.delete(session.id)
  exactly<string>()(emptyValue)
}
/* oxlint-enable prefer-const */

type Data = { count: number }
type Flash = { notice: string }

export async function typed(core: CoreStorage<Data, Flash>, cookie: Cookie): Promise<void> {
  const storages = [
    new MemorySessionStorage<Data, Flash>(),
    new CookieSessionStorage<Data, Flash>(cookie),
    new FileSessionStorage<Data, Flash>('./sessions'),
    toClassesStorage(core),
  ]
  for (const storage of storages) {
    const assignable: SessionStorage<Data, Flash> = storage
    const session = await assignable.read(null)
    exactly<Session<Data, Flash>>()(session)
    exactly<number | undefined>()(session.get('count'))
    exactly<string | undefined>()(session.get('notice'))
    exactly<SessionData<Data, Flash>>()(session.data)
    exactly<[values: Partial<Data>, flash: Partial<Flash>]>()(session.data)
    exactly<string>()(await storage.update(session.id, session.data))
    await storage.update(session.id, [{ count: 1 }, {}])
    // @ts-expect-error -- a count is a number
    session.set('count', 'one')
    // @ts-expect-error -- no such message
    session.flash('count', 1)
    // @ts-expect-error -- a count is a number
    await storage.update(session.id, [{ count: 'one' }, {}])
  }
  const schema = z.object({ count: z.number().optional() })
  const inferred = await new MemorySessionStorage({ schema }).read(null)
  exactly<number | undefined>()(inferred.get('count'))
}

export async function refused(storage: SessionStorage): Promise<void> {
  exactly<string>()(Session.createId())
  // @ts-expect-error -- a storage in cookies needs the cookie that seals them
  void new CookieSessionStorage()
  // @ts-expect-error -- where to?
  void new FileSessionStorage()
  // @ts-expect-error -- unknown ids are never used
  void new MemorySessionStorage({ useUnknownIds: true })
  // @ts-expect-error -- the id and the data, not the session
  await storage.update(new Session())
  // @ts-expect-error -- values and flash messages
  await storage.update(Session.createId(), { userId: '123' })
}
