import type { D1, DurableObjects } from 'coatcheck/cloudflare-storage'

/** What test/runtimes/workerd.mjs binds. */
export interface WorkerEnv {
  DB: D1
  KV: object
  SESSIONS: DurableObjects
  /** Of a class that may not use SQL. workerd keeps both in SQLite; Cloudflare keeps the older one elsewhere. */
  OLD_SESSIONS: DurableObjects
  /** This Worker: for requests at the same time, each with what the runtime ties to a request. */
  SELF: { fetch(url: string): Promise<Response> }
}

export interface WorkerCase {
  name: string
  /** Whether it is a rule of all storages, on a binding. What is said of that store in particular is not. */
  isOnBinding?: boolean
  run(env: WorkerEnv): Promise<void>
}

export function expectSame(actual: unknown, expected: unknown): void {
  const [seen, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (seen !== wanted) throw new Error(`expected ${wanted}, got ${seen}`)
}

export function expect(value: unknown, what: string): asserts value {
  if (!value) throw new Error(`it is not so: ${what}`)
}

export async function expectFailure(work: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error instanceof Error && message.test(error.message), `fails with ${message}: ${error}`)
}
