import { openSync, readFileSync, writeSync } from 'node:fs'
import type { History, Loss, Order, Rules, StoreOperation, Tally, Visit } from './history.ts'

type Entry = Visit | Order | StoreOperation | Tally
type Note<T extends Entry> = T extends Entry ? Partial<T> & { id: string } : never

/** Writes down what is done before and after it is done: so it is there after a SIGKILL, too. */
export class Journal {
  readonly #file: number
  #count = 0

  constructor(file: string) {
    this.#file = openSync(file, 'a')
  }

  /** An id for an entry of this process. */
  createId(process: string): string {
    return `${process}.${(this.#count++).toString(36)}`
  }

  /** What is noted later under the same id is added to the entry. */
  note<T extends Entry = Entry>(note: Note<T>): void {
    writeSync(this.#file, `${JSON.stringify(note)}\n`)
  }
}

/** The story that these processes tell together. */
export function readJournals(files: readonly string[], rules: Rules, losses: Loss[]): History {
  const entries = new Map<string, Entry>()
  for (const file of files) {
    const lines = readFileSync(file, 'utf8').split('\n')
    // The last one may have been cut off.
    for (const line of lines.slice(0, -1)) {
      const note = JSON.parse(line) as Entry
      entries.set(note.id, { ...entries.get(note.id), ...note })
    }
  }
  const history: History = { visits: [], orders: [], operations: [], losses, events: {}, rules }
  for (const entry of entries.values()) {
    if (entry.type === 'visit') history.visits.push(finished(entry))
    else if (entry.type === 'operation') history.operations.push(entry)
    else if (entry.type === 'tally') addUp(history.events, entry.events)
    else history.orders.push(entry)
  }
  return history
}

/** A visit whose process was killed. */
function finished(visit: Partial<Visit>): Visit {
  const outcome = visit.outcome ?? (visit.saving === undefined ? 'failed' : 'unknown')
  return { ...visit, outcome } as Visit
}

function addUp(sums: Record<string, number>, events: Record<string, number>): void {
  for (const [name, count] of Object.entries(events)) sums[name] = (sums[name] ?? 0) + count
}
