import { createSessionStorage } from 'coatcheck'
import { createSessionLimit, type SessionLimitOptions } from 'coatcheck/accounts'
import { openBackend } from './open-backend.ts'

/** Logins of one user that a process makes at the same time. */
export interface Rush {
  address: string
  userId: string
  logins: number
  limit: SessionLimitOptions
}

/** What they came to: cookie values, and how many were refused. */
export interface RushResult {
  cookies: string[]
  refused: number
}

export async function rush({ address, userId, logins, limit }: Rush): Promise<RushResult> {
  const backend = await openBackend(address, { timeout: 10, now: Date.now })
  const sessionLimit = createSessionLimit(limit)
  const storage = createSessionStorage(backend.store, { sessionLimit })
  const result: RushResult = { cookies: [], refused: 0 }
  const login = async (): Promise<void> => {
    const session = await storage.read(null)
    session.login(userId)
    try {
      const cookie = await storage.save(session)
      if (cookie) result.cookies.push(cookie)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SESSION_LIMIT') throw error
      result.refused++
    }
  }
  try {
    await Promise.all(Array.from({ length: logins }, login))
  } finally {
    await backend.close()
  }
  return result
}
