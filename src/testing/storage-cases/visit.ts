import type { ReadOptions } from '../../core/life-cycle/begin.ts'
import type { SessionEvent } from '../../core/events.ts'
import type { Session } from '../../core/session/session.ts'
import type {
  PeekableSessionStorage,
  SessionStorage,
} from '../../core/life-cycle/session-storage.ts'
import type { ConformanceCase, StorageFixture } from '../fixture.ts'

export type StorageCase = ConformanceCase<StorageFixture>

/** What a visitor has after a request. */
export interface Visit {
  session: Session
  /** The cookie value that the browser holds now. */
  cookie: string | null
  /** What `save` returned. */
  saved: string | null
}

/** One request: the session is read, used and saved, and the browser keeps what it is told to. */
export async function visit(
  storage: SessionStorage,
  cookie: string | null,
  use: (session: Session) => void = () => {},
  options?: ReadOptions,
): Promise<Visit> {
  const session = await storage.read(cookie, options)
  use(session)
  const saved = await storage.save(session)
  return { session, saved, cookie: saved === null ? cookie : saved || null }
}

/** A storage, and the types of the events that it has sent. */
export function watched(
  fixture: StorageFixture,
  options: Parameters<StorageFixture['createStorage']>[0] = {},
): { storage: PeekableSessionStorage; events: SessionEvent[]; types(): string[] } {
  const events: SessionEvent[] = []
  const storage = fixture.createStorage({ ...options, onEvent: (event) => events.push(event) })
  return { storage, events, types: () => events.map(({ type }) => type) }
}
