/*
 * Remix's session line (`@remix-run/session` 0.4) wants its own class where a storage is asked for.
 * docs/decisions/011-upstream-types.md says why no other type fits, and what this entry promises.
 */
import type {
  Session as RemixSession,
  SessionStorage as RemixSessionStorage,
} from '@remix-run/session'
import type { SessionStorage } from '../core/life-cycle/session-storage.ts'

/** What Remix's storages tell their own `save()` and nobody else. */
type StorageBusiness = 'deleteId'

/** Everything of Remix's interface that the compiler can compare: all but the class's private fields. */
interface ComparableStorage {
  read(cookie: string | null): Promise<Omit<RemixSession, StorageBusiness>>
  save(session: never): Promise<string | null>
}

/**
 * The same storage, as the type that `session()` of `@remix-run/session-middleware` and other code
 * written for `@remix-run/session` ask for. Nothing is wrapped: the sessions are ours, and have all
 * that Remix's have but `deleteId`, which is always undefined. They are not instances of its class.
 *
 * The promises about responses are kept by the middleware that serves them, so in Remix's a change made
 * after the save is dropped without an error, and the clearing cookie is an empty one.
 *
 * The other direction needs no function: `withSession` and `session` take Remix's storages as they are.
 *
 * @example
 * ```ts
 * import { session } from '@remix-run/session-middleware'
 * import { toRemixStorage } from 'coatcheck/compat/remix'
 * import { createFsSessionStorage } from 'coatcheck/fs-storage'
 *
 * const middleware = [session(cookie, toRemixStorage(createFsSessionStorage('./sessions')))]
 * ```
 */
export function toRemixStorage(storage: SessionStorage): RemixSessionStorage {
  const comparable: ComparableStorage = storage
  return comparable as RemixSessionStorage
}
