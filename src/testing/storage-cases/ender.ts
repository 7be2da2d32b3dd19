import { createRevocations } from '../../core/life-cycle/create-revocations.ts'
import type { Revocable } from '../../core/life-cycle/revocation-notes.ts'
import type { SessionEventListener } from '../../core/events.ts'
import type {
  PeekableSessionStorage,
  SessionStorage,
} from '../../core/life-cycle/session-storage.ts'
import type { Session } from '../../core/session/session.ts'
import type { StorageFixture } from '../fixture.ts'
import { visit } from './visit.ts'

/** A storage that can end all sessions of users: cookie storage, and one on a server, which looks at notes. */
export type Ender = PeekableSessionStorage & Pick<Revocable, keyof Revocable>

/**
 * One that looks at the notes whenever it reads a session, and remembers none.
 *
 * @param ahead Milliseconds that its server's clock is ahead by.
 */
export function ender(
  { createStorage, traits, clock }: StorageFixture,
  ahead: number = 0,
  onEvent?: SessionEventListener,
): Ender {
  const own = traits.has('server') ? { revocations: createRevocations({ cache: 0 }) } : {}
  const options = { ...own, onEvent, now: () => clock.now() + ahead }
  return createStorage(options) as PeekableSessionStorage as Ender
}

/** A login that is under way. */
export async function begin(storage: SessionStorage, userId: string = 'ada'): Promise<Session> {
  const session = await storage.read(null)
  session.login(userId)
  return session
}

export async function loggedIn(storage: SessionStorage, userId: string = 'ada'): Promise<string> {
  return (await visit(storage, null, (s) => s.login(userId))).cookie!
}

/** Whose sessions these cookie values stand for. */
export async function users(
  storage: SessionStorage,
  ...cookies: (string | null)[]
): Promise<(string | undefined)[]> {
  const found = []
  for (const cookie of cookies) found.push((await storage.read(cookie)).userId)
  return found
}

/** Whether there is a session behind these cookie values. */
export async function alive(
  storage: SessionStorage,
  ...cookies: (string | null)[]
): Promise<boolean[]> {
  const found = []
  for (const cookie of cookies) found.push(!(await storage.read(cookie)).isNew)
  return found
}

/** Whether a login that is saved now stands. */
export async function stands(storage: SessionStorage, login: Session): Promise<boolean> {
  return !(await storage.read(await storage.save(login))).isNew
}
