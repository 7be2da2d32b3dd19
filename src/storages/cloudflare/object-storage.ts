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
  list(options: { limit: number; startAfter?: string | undefined }): Promise<Map<string, unknown>>
  deleteAll(): Promise<void>
  getAlarm(): Promise<number | null>
  setAlarm(at: number): Promise<void>
  deleteAlarm(): Promise<void>
}

/** Things that are read at once: an object has little memory, and a list has no end. */
const atOnce = 1000

/** All that is kept, or what comes after this key, in the order of the keys. */
export async function* pagesOf<Kept>(
  storage: ObjectStorage,
  after?: string,
): AsyncGenerator<[key: string, kept: Kept][]> {
  let startAfter = after
  for (;;) {
    const found = (await storage.list({ limit: atOnce, startAfter })) as Map<string, Kept>
    const page = [...found]
    yield page
    if (page.length < atOnce) return
    startAfter = page.at(-1)![0]
  }
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

/** Drops what need not be kept any longer. Should it fail half-way, the runtime rings the alarm again. */
export async function freeEnded(storage: ObjectStorage): Promise<void> {
  const now = Date.now()
  let next = Number.POSITIVE_INFINITY
  let ended: string[] = []
  for await (const page of pagesOf<{ freeAt: number }>(storage)) {
    // Not what was found last: perhaps there is nothing else, and then all goes at once.
    await Promise.all(ended.map((key) => storage.delete(key)))
    ended = page.filter(([, { freeAt }]) => freeAt <= now).map(([key]) => key)
    for (const [, { freeAt }] of page) if (freeAt > now) next = Math.min(next, freeAt)
  }
  if (next === Number.POSITIVE_INFINITY) return freeAll(storage)
  await Promise.all([...ended.map((key) => storage.delete(key)), storage.setAlarm(next)])
}

/** An object that keeps nothing and has no alarm takes no space. */
export async function freeAll(storage: ObjectStorage): Promise<void> {
  // Before the compatibility date 2026-02-24 an alarm is not part of "all".
  await Promise.all([storage.deleteAlarm(), storage.deleteAll()])
}
