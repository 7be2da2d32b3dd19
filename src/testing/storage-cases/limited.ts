import type { SessionLimitOptions } from '../../core/life-cycle/seats.ts'
import { createSessionLimit } from '../../core/life-cycle/session-limit.ts'
import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { SessionStorageOptions } from '../../core/life-cycle/storage-options.ts'
import type { Session } from '../../core/session/session.ts'
import type { StorageFixture, Trait } from '../fixture.ts'

/* Storages that limit the sessions of a user, and logins there. */

type When = SessionLimitOptions['whenReached']

export const needs: readonly Trait[] = ['indexed', 'atomic', 'lasting']
export const both: readonly When[] = ['refuse', 'end-oldest']
export const minute = 60_000

export function limited(
  { createStorage, clock }: StorageFixture,
  [max, whenReached]: [number, When],
  { ahead = 0, ...others }: SessionStorageOptions & { ahead?: number } = {},
): ServerSessionStorage {
  const sessionLimit = createSessionLimit({ max, whenReached })
  const options = { ...others, sessionLimit, now: () => clock.now() + ahead }
  return createStorage(options) as ServerSessionStorage
}

/** The cookie value, or the code of the error that saving threw. */
export async function saved(storage: ServerSessionStorage, login: Session): Promise<string> {
  try {
    return (await storage.save(login)) ?? 'interrupted'
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}
