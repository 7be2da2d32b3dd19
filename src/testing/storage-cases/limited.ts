import {
  createSessionLimit,
  type SessionLimitOptions,
} from '../../core/life-cycle/session-limit.ts'
import type { ServerSessionStorage } from '../../core/life-cycle/session-storage.ts'
import type { SessionStorageOptions } from '../../core/life-cycle/storage-options.ts'
import type { StorageFixture, Trait } from '../fixture.ts'
import { visit } from './visit.ts'

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

export async function loggedIn(storage: ServerSessionStorage, userId = 'ada'): Promise<string> {
  return (await visit(storage, null, (s) => s.login(userId))).cookie!
}

/** The cookie value, or the code of the error that saving threw. */
export async function saved(storage: ServerSessionStorage, login: SavedSession): Promise<string> {
  try {
    return (await storage.save(login)) ?? 'interrupted'
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}

type SavedSession = Parameters<ServerSessionStorage['save']>[0]

export async function begun(storage: ServerSessionStorage): Promise<SavedSession> {
  const session = await storage.read(null)
  session.login('ada')
  return session
}

export async function alive(storage: ServerSessionStorage, cookies: string[]): Promise<boolean[]> {
  const found = []
  for (const cookie of cookies) found.push(!(await storage.read(cookie)).isNew)
  return found
}
