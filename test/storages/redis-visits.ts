import assert from 'node:assert/strict'
import type { ServerSessionStorage } from 'coatcheck'
import { patience } from '../patience.ts'

export type Values = { n?: number; mark?: string }
export type Storage = ServerSessionStorage<Values>

/** A new session with these values. Returns its cookie. */
export async function begin(storage: Storage, values: Values, userId?: string): Promise<string> {
  const session = await storage.read(null)
  for (const [key, value] of Object.entries(values)) session.set(key as keyof Values, value)
  if (userId !== undefined) session.login(userId)
  return (await storage.save(session))!
}

export async function valuesOf(storage: Storage, cookie: string): Promise<Values> {
  return (await storage.read(cookie)).data[0]
}

/** Counts in the session, and returns what `save` did. */
export async function count(storage: Storage, cookie: string): Promise<string | null> {
  const session = await storage.read(cookie)
  session.update('n', (n) => (n ?? 0) + 1)
  return storage.save(session)
}

export async function end(storage: Storage, cookie: string): Promise<string | null> {
  const session = await storage.read(cookie)
  session.destroy()
  return storage.save(session)
}

/** Expects a `StoreError` of this operation, and returns what caused it. */
export async function failure(
  operation: string,
  action: Promise<unknown>,
): Promise<Error & { code?: string }> {
  const error = await action.then(
    () => assert.fail(`${operation} did not fail`),
    (thrown: unknown) => thrown as Error & { code: string; operation: string },
  )
  assert.match(error.name, /^(Store|Revoke)Error$/, String(error))
  assert.equal(error.code, 'ERR_SESSION_STORE', String(error))
  assert.equal(error.operation, operation)
  assert.ok(error.cause instanceof Error)
  return error.cause
}

/** Tries until it works. */
export async function eventually<T>(action: () => Promise<T>): Promise<T> {
  for (const start = Date.now(); ;) {
    try {
      return await action()
    } catch (error) {
      if (Date.now() - start > patience) throw error
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}
