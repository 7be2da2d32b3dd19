import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { inTime } from '../../in-time.ts'
import { patience } from '../../patience.ts'
import type { Storage, Values } from './backends.ts'

/** What the machine may add to a deadline when others keep it busy, in milliseconds. */
const slack = 1000

/** A new session with these values. Returns its cookie. */
export async function begin(storage: Storage, values: Values): Promise<string> {
  const session = await storage.read(null)
  for (const [key, value] of Object.entries(values)) session.set(key as keyof Values, value)
  const cookie = await storage.save(session)
  assert.ok(cookie)
  return cookie
}

export async function valuesOf(storage: Storage, cookie: string): Promise<Values> {
  return (await storage.read(cookie)).data[0]
}

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

export type Failure = Error & { code: string; operation: string; cause: Error & { code?: string } }

/** Asserts that this is how a failing store is told, and no other error. */
export function assertFailure(error: unknown): asserts error is Failure {
  const { name, code, cause } = error as Failure
  // To look at a thousand stacks takes longer than all that they tell of.
  const isOfStore = /^(Store|Revoke)Error$/.test(name) && code === 'ERR_SESSION_STORE'
  if (!isOfStore) assert.fail((error as Error).stack)
  assert.ok(cause instanceof Error, 'a StoreError has the driver’s error as its cause')
}

/** Expects one operation on the store to fail, and in time. Returns what caused it. */
export async function failure(
  action: Promise<unknown>,
  timeout: number,
): Promise<Failure['cause']> {
  const outcome = await settle(action, timeout)
  if (!('error' in outcome)) assert.fail('it did not fail')
  return outcome.error.cause
}

export type Outcome<T> = { value: T } | { error: Failure }

/** Asserts that one operation on the store works or fails in time, and properly. `timeout` in seconds. */
export async function settle<T>(action: Promise<T>, timeout: number): Promise<Outcome<T>> {
  const outcome = action.then(
    (value): Outcome<T> => ({ value }),
    (error: unknown): Outcome<T> => {
      assertFailure(error)
      return { error }
    },
  )
  return inTime(outcome, timeout * 1000 + slack)
}

/** Tries until it works. What is thrown must be a failing store’s. */
export async function eventually<T>(action: () => Promise<T>): Promise<T> {
  for (const start = performance.now(); ; await sleep(25)) {
    try {
      return await action()
    } catch (error) {
      assertFailure(error)
      if (performance.now() - start > patience) throw error
    }
  }
}
