/* What the cases need, without `node:assert`: they also run in workerd. */
import type { ReadOptions, Session, SessionEvent, SessionStorage } from 'coatcheck'
import type { StorageFixture } from 'coatcheck/testing'

export function ok(value: unknown): void {
  if (!value) throw new Error('Expected something true')
}

/** Compares plain JSON data, whatever the order of object keys. */
export function same(actual: unknown, expected: unknown): void {
  const [is, should] = [canonical(actual), canonical(expected)]
  if (is !== should) throw new Error(`Expected ${should}, got ${is}`)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

export async function failsWith(code: string, action: () => unknown): Promise<void> {
  const error = await Promise.resolve()
    .then(action)
    .then(
      () => undefined,
      (thrown: { code?: unknown }) => thrown,
    )
  same(error?.code, code)
}

/** One request: the session is read, used and saved, and the browser keeps what it is told to. */
export async function visit(
  storage: SessionStorage,
  cookie: string | null,
  use: (session: Session) => void = () => {},
  options?: ReadOptions,
): Promise<{ session: Session; saved: string | null; cookie: string | null }> {
  const session = await storage.read(cookie, options)
  use(session)
  const saved = await storage.save(session)
  return { session, saved, cookie: saved === null ? cookie : saved || null }
}

/** A storage, and the events that it has sent. */
export function watched(
  { createStorage }: StorageFixture,
  options: Parameters<StorageFixture['createStorage']>[0],
): { storage: SessionStorage; events: SessionEvent[] } {
  const events: SessionEvent[] = []
  return {
    storage: createStorage({ ...options, onEvent: (event) => events.push(event) }),
    events,
  }
}
