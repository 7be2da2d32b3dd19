/*
 * What an object keeps, and when it lets go of it. An alarm rings by the object's clock and only tidies up: whether
 * something has ended is decided by the app's clock alone, so the two are never compared. Each thing is kept for as
 * long as it has left to live when it comes.
 */

/** What is called of an object's storage. Classes on SQLite and the older ones on key-value pairs both have it. */
export interface ObjectStorage {
  get(key: string): Promise<unknown>
  put(key: string, value: unknown): Promise<void>
  delete(key: string): Promise<boolean>
  list(options?: { limit: number }): Promise<Map<string, unknown>>
  deleteAll(): Promise<void>
  getAlarm(): Promise<number | null>
  setAlarm(at: number): Promise<void>
  deleteAlarm(): Promise<void>
}

/**
 * Keeps it for so many milliseconds. An alarm that rings too early sets the next one: so a session that goes on does
 * not move it each time.
 */
export async function keep(
  storage: ObjectStorage,
  key: string,
  value: object,
  life: number,
): Promise<void> {
  const freeAt = Date.now() + life
  const alarm = await storage.getAlarm()
  const isSooner = alarm === null || freeAt < alarm
  // Not one after the other: what is asked for in one go is also written in one go.
  await Promise.all([storage.put(key, { ...value, freeAt }), isSooner && storage.setAlarm(freeAt)])
}

/** Drops what need not be kept any longer. */
export async function freeEnded(storage: ObjectStorage): Promise<void> {
  const kept = (await storage.list()) as Map<string, { freeAt: number }>
  const now = Date.now()
  const ended = [...kept].filter(([, { freeAt }]) => freeAt <= now).map(([key]) => key)
  if (ended.length === kept.size) return freeAll(storage)
  const next = Math.min(...[...kept.values()].map(({ freeAt }) => freeAt).filter((at) => at > now))
  await Promise.all([...ended.map((key) => storage.delete(key)), storage.setAlarm(next)])
}

/** An object that keeps nothing and has no alarm takes no space. */
export async function freeAll(storage: ObjectStorage): Promise<void> {
  // Before the compatibility date 2026-02-24 an alarm is not part of "all".
  await Promise.all([storage.deleteAlarm(), storage.deleteAll()])
}
