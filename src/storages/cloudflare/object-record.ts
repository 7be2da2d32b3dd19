import type { StoredRecord } from '../../core/store/session-store.ts'
import { freeAll, keep, type ObjectStorage } from './object-storage.ts'
import type { RecordQuestion } from './questions.ts'

/*
 * The record in an object of its own. The runtime lets nothing else in while an object waits for its storage, and no
 * answer out before the disk has what was put: so to look and then to put is one step, as long as nothing but the
 * storage is waited for in between.
 */

interface KeptRecord extends StoredRecord {
  expiresAt: number
}

const place = 'record'

async function find(storage: ObjectStorage): Promise<KeptRecord | undefined> {
  return (await storage.get(place)) as KeptRecord | undefined
}

export async function readRecord(
  storage: ObjectStorage,
  { now }: Extract<RecordQuestion, { do: 'read' }>,
): Promise<StoredRecord | null> {
  const found = await find(storage)
  if (found === undefined || found.expiresAt <= now) return null
  return { value: found.value, version: found.version }
}

/** Returns whether it was written. */
export async function writeRecord(
  storage: ObjectStorage,
  { value, version, replaces, expiresAt, now }: Extract<RecordQuestion, { do: 'write' }>,
): Promise<boolean> {
  const found = await find(storage)
  const live = found !== undefined && found.expiresAt > now ? found.version : null
  if (live !== replaces) return false
  await keep(storage, place, { value, version, expiresAt }, expiresAt - now)
  return true
}

/** Returns the version that was there. */
export async function deleteRecord(storage: ObjectStorage): Promise<string | null> {
  const found = await find(storage)
  if (found === undefined) return null
  await freeAll(storage)
  return found.version
}
