import { afterArrivals, keepsRequestsApart } from '../../core/runtime/platform.ts'

/*
 * To a driver and to a server each statement is work of its own, and that takes longer than to read a record. So where
 * several reads are under way, those that are asked for in one turn of the event loop are read by one statement.
 */

/** Most records of one statement: nobody has an answer before all are there. */
export const mostTogether = 8
/** So many reads at a time go by themselves, and at once: a server does them at the same time. */
const mostApart = 3

interface Asked<Row> {
  id: string
  resolve(row: Row | undefined): void
}

let due: (() => void)[] = []
let begin = (): void => {}
void serve()

/**
 * One call for all stores, which never ends, so that no statement runs in the asynchronous context of a request. It is
 * made here, because many an app makes its store in the first request that needs one.
 */
async function serve(): Promise<void> {
  for (;;) {
    while (due.length === 0) await new Promise<void>((resolve) => (begin = resolve))
    await new Promise<void>(afterArrivals)
    const all = due
    due = []
    for (const send of all) send()
  }
}

/**
 * Returns what reads a record, together with others if it can. What is not found so is read by itself: the statement
 * failed, or the record is in no place that this statement sees.
 */
export function groupReads<Row>(
  readTogether: (ids: readonly string[]) => Promise<ReadonlyMap<string, Row>>,
): (id: string, readAlone: () => Promise<Row | undefined>) => Promise<Row | undefined> {
  if (keepsRequestsApart()) return (_, readAlone) => readAlone()
  let underWay = 0
  let asked: Asked<Row>[] = []

  function sendAll(): void {
    const all = asked
    asked = []
    const size = Math.ceil(all.length / Math.ceil(all.length / mostTogether))
    for (let n = 0; n < all.length; n += size) void answer(all.slice(n, n + size))
  }

  async function answer(group: readonly Asked<Row>[]): Promise<void> {
    let rows: ReadonlyMap<string, Row> | undefined
    try {
      if (group.length > 1) rows = await readTogether(group.map(({ id }) => id))
    } catch {
      // Whose fault it is, each finds out by itself.
    }
    for (const { id, resolve } of group) resolve(rows?.get(id))
  }

  function ask(id: string): Promise<Row | undefined> {
    return new Promise((resolve) => {
      asked.push({ id, resolve })
      if (asked.length > 1) return
      due.push(sendAll)
      begin()
    })
  }

  return async (id, readAlone) => {
    underWay++
    try {
      const row = underWay <= mostApart ? undefined : await ask(id)
      return row ?? (await readAlone())
    } finally {
      underWay--
    }
  }
}
