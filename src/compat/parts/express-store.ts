/** What is called of a store made for express-session. */
export interface ExpressStore {
  get(sid: string, callback: (error?: unknown, session?: object | null) => void): unknown
  // oxlint-disable-next-line typescript/no-explicit-any -- each store has its own idea of a session
  set(sid: string, session: any, callback: (error?: unknown) => void): unknown
  destroy(sid: string, callback: (error?: unknown) => void): unknown
}

type Callback<T> = (error?: unknown, result?: T) => void

/** Some stores are async functions as well, and reject without calling back. */
export function promised<T>(call: (callback: Callback<T>) => unknown): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const settle: Callback<T> = (error, result) => {
      if (error) reject(error as Error)
      else resolve(result)
    }
    Promise.resolve(call(settle)).catch(reject)
  })
}

/** Some report a session that is missing as an error: those that keep files. */
export function unlessMissing(error: unknown): undefined {
  if ((error as { code?: unknown } | null | undefined)?.code !== 'ENOENT') throw error
}

/** What the store has under this id: nothing, if it says so in either way. */
export function sessionIn(
  store: Pick<ExpressStore, 'get'>,
  sid: string,
): Promise<object | null | undefined> {
  return promised<object | null>((done) => store.get(sid, done)).catch(unlessMissing)
}
