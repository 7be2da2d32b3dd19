import type { ReadOptions } from '../../core/life-cycle/begin.ts'
import type { SessionEvent } from '../../core/events.ts'
import type { Session } from '../../core/session/session.ts'
import type {
  PeekableSessionStorage,
  SessionStorage,
} from '../../core/life-cycle/session-storage.ts'
import type { ConformanceCase, StorageFixture } from '../fixture.ts'
import type { Held } from '../gate.ts'

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

/** Lets so many calls pass, and keeps the next one waiting. */
export function holdAfter(
  { gate }: StorageFixture,
  [operation, before]: readonly ['read' | 'write' | 'keysOf', number],
): Held {
  for (let n = 0; n < before; n++) gate!.hold(operation).release()
  return gate!.hold(operation)
}

/**
 * Lets something happen at a chosen moment of a work, which goes on after that, even after a failure.
 *
 * @param held Where the work waits. It is asked for before the work begins.
 * @returns What came of both.
 */
export async function whileHeld<Work, Other>(
  held: Held,
  work: Promise<Work>,
  act: () => Promise<Other>,
): Promise<[Work, Other]> {
  const missed = work.then(() => {
    throw new Error('the work is done, and was not held')
  })
  const reached = Promise.race([held.reached, missed])
  const other = await reached.then(act).finally(() => held.release())
  return [await work, other]
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
