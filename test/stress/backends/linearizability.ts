/*
 * Whether a history of operations that overlap can be explained by some order in which they happened one after the
 * other, each at a moment between its begin and its end: the search of Wing and Gong (1993), which forgets no state
 * that it has been in (Lowe, 2017).
 */

export interface Operation {
  begin: number
  /** Infinity when nobody was told how it ended: it may happen at any time from its begin on, or never. */
  end: number
}

/** What a thing does that is used by one at a time. */
export interface Model<State, Op extends Operation> {
  readonly start: State
  /** The state after the operation, or undefined if it cannot have gone as it did in this state. */
  step(state: State, operation: Op): State | undefined
  /** The same text for states that are the same. */
  nameOf(state: State): string
}

/** `stuck` is the first operation that no order could get past, after the most of them had been explained. */
export type Verdict<Op> =
  | { isLinearizable: true }
  | { isLinearizable: false; stuck: Op; after: Op[] }

/** The begin or the end of an operation, in a list from which operations can be taken out, and put back. */
interface Entry<Op> {
  operation: Op
  bit: bigint
  isEnd: boolean
  partner: Entry<Op> | undefined
  before: Entry<Op> | undefined
  next: Entry<Op> | undefined
}

export function checkLinearizability<State, Op extends Operation>(
  operations: readonly Op[],
  model: Model<State, Op>,
): Verdict<Op> {
  const head = listOf(operations)
  const seen = new Set<string>()
  const taken: { entry: Entry<Op>; state: State; done: bigint }[] = []
  let state = model.start
  let done = 0n
  let endsLeft = operations.filter(({ end }) => end !== Infinity).length
  let entry = head.next
  let best: { stuck: Op; after: Op[] } | undefined

  while (endsLeft > 0) {
    if (entry !== undefined && !entry.isEnd) {
      const next = model.step(state, entry.operation)
      if (next !== undefined && isNews(entry, next)) {
        taken.push({ entry, state, done })
        ;[state, done] = [next, done | entry.bit]
        if (entry.partner !== undefined) endsLeft--
        take(entry)
        entry = head.next
      } else {
        entry = entry.next
      }
      continue
    }
    // Nothing that had begun by now explains this end: it was a wrong turn, somewhere.
    if (entry !== undefined && (best === undefined || best.after.length < taken.length)) {
      best = { stuck: entry.operation, after: taken.map((one) => one.entry.operation) }
    }
    const last = taken.pop()
    if (last === undefined) return { isLinearizable: false, ...best! }
    ;({ state, done } = last)
    if (last.entry.partner !== undefined) endsLeft++
    putBack(last.entry)
    entry = last.entry.next
  }
  return { isLinearizable: true }

  function isNews({ bit, partner }: Entry<Op>, next: State): boolean {
    const name = model.nameOf(next)
    // Nobody can tell whether it happened without any effect, or not at all.
    if (partner === undefined && name === model.nameOf(state)) return false
    // Of many bits a number in base 32 is written at once, one in base 36 by divisions.
    const place = `${(done | bit).toString(32)} ${name}`
    if (seen.has(place)) return false
    seen.add(place)
    return true
  }
}

function listOf<Op extends Operation>(operations: readonly Op[]): Pick<Entry<Op>, 'next'> {
  const entries = operations.flatMap((operation, n) => {
    const bit = 1n << BigInt(n)
    const begin: Entry<Op> = { ...nowhere, operation, bit, isEnd: false }
    if (operation.end === Infinity) return [begin]
    begin.partner = { ...nowhere, operation, bit, isEnd: true }
    return [begin, begin.partner]
  })
  const timeOf = ({ operation, isEnd }: Entry<Op>) => (isEnd ? operation.end : operation.begin)
  // What ends in the moment in which something else begins may have come after it.
  entries.sort((a, b) => timeOf(a) - timeOf(b) || Number(a.isEnd) - Number(b.isEnd))
  const head = { ...nowhere, isEnd: false } as Entry<Op>
  let last = head
  for (const entry of entries) {
    entry.before = last
    last.next = entry
    last = entry
  }
  return head
}

const nowhere = { partner: undefined, before: undefined, next: undefined }

function take<Op>({ before, next, partner }: Entry<Op>): void {
  before!.next = next
  if (next !== undefined) next.before = before
  if (partner !== undefined) take(partner)
}

/** Undoes `take`, if everything taken since was put back before. */
function putBack<Op>(entry: Entry<Op>): void {
  if (entry.partner !== undefined) putBack(entry.partner)
  entry.before!.next = entry
  if (entry.next !== undefined) entry.next.before = entry
}
