import { freeAll, keep, type ObjectStorage, pagesOf } from './object-storage.ts'
import type { ListQuestion } from './questions.ts'

/* The keys of a user's sessions, in an object of its own: each with until when it is listed, and who put it there. */

interface Entry {
  /** By the app's clock. */
  until: number
  /** Of whoever added it last. */
  token: string
}

export async function addKey(
  storage: ObjectStorage,
  { key, token, until, now }: Extract<ListQuestion, { do: 'add' }>,
): Promise<void> {
  const found = (await storage.get(key)) as Entry | undefined
  const longest = Math.max(until, found?.until ?? until)
  await keep(storage, key, { until: longest, token }, longest - now)
}

/** Leaves it if somebody has added it again since: their record may have been made meanwhile. */
export async function removeKey(
  storage: ObjectStorage,
  { key, token }: Extract<ListQuestion, { do: 'remove' }>,
): Promise<void> {
  const found = (await storage.get(key)) as Entry | undefined
  if (found?.token !== token) return
  const some = await storage.list({ limit: 2 })
  if (some.size === 1) return freeAll(storage)
  await storage.delete(key)
}

export async function listKeys(
  storage: ObjectStorage,
  { now, limit, after }: Extract<ListQuestion, { do: 'keys' }>,
): Promise<string[]> {
  const keys: string[] = []
  for await (const page of pagesOf<Entry>(storage, after)) {
    for (const [key, { until }] of page) {
      if (until > now && keys.push(key) === limit) return keys
    }
  }
  return keys
}
