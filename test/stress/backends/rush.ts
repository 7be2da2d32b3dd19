import { createSessionStorage } from 'coatcheck'
import {
  createSessionGroups,
  createSessionLimit,
  type SessionLimitOptions,
} from 'coatcheck/accounts'
import { backendAt } from './shared-backend.ts'

/** Logins of one user that a process makes at the same time. */
export interface Rush {
  address: string
  userId: string
  logins: number
  limit?: SessionLimitOptions
  /** Which group they are of, and whether this process ends it meanwhile. It does that once a login of its own stands. */
  group?: { name: string; isEnded: boolean }
}

/** What they came to: cookie values, and how many were refused. */
export interface RushResult {
  cookies: string[]
  refused: number
}

export async function rush({ address, userId, logins, limit, group }: Rush): Promise<RushResult> {
  const backend = await backendAt(address)
  const storage = createSessionStorage(backend.store, {
    sessionLimit: limit && createSessionLimit(limit),
    groups: group && createSessionGroups(),
    // So that a slow machine makes no login one that came after.
    clockTolerance: 300,
  })
  const result: RushResult = { cookies: [], refused: 0 }
  const login = async (): Promise<void> => {
    const session = await storage.read(null)
    session.login(userId, { group: group?.name })
    try {
      const cookie = await storage.save(session)
      if (cookie) result.cookies.push(cookie)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SESSION_LIMIT') throw error
      result.refused++
    }
  }
  if (group?.isEnded) await login()
  const all = Array.from({ length: logins }, login)
  if (group?.isEnded) all.push(storage.revokeGroup(group.name).then(() => {}))
  await Promise.all(all)
  return result
}
