import { randomBytes } from './random.ts'
import { cryptoBackend } from './crypto/choose.ts'

/*
 * A logical clock of this process (Lamport): it tells which of two things came first where the wall clock
 * cannot, because both fall into one millisecond or the clock was set.
 */

let mark: string | undefined
let last = 0
/** Of the turns that are under way. */
const open = new Set<number>()

/** Names this process, and says nothing else. */
export function processMark(): string {
  return (mark ??= cryptoBackend.toBase64url(randomBytes(9)))
}

/** The last turn that was over: every later one has a greater number. */
export function turnNow(): number {
  return open.size === 0 ? last : Math.min(...open) - 1
}

/** Does something as a turn of its own. What happens meanwhile counts as before it. */
export async function asTurn<T>(work: (turn: number) => Promise<T>): Promise<T> {
  const turn = ++last
  open.add(turn)
  try {
    return await work(turn)
  } finally {
    open.delete(turn)
  }
}
