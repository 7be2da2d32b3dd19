import { createHandle } from '../../core/record/id.ts'
import { own } from '../../core/runtime/own.ts'
import { KeyedQueue } from '../../core/store/keyed-queue.ts'
import { type Operations, timeoutError } from './operations.ts'
import type { ClosableStore } from '../../core/store/session-store.ts'
import { unref } from '../../core/runtime/time.ts'

/** A record in a backend that can only get, set and delete. */
interface Envelope {
  value: string
  version: string
  /** In milliseconds since the epoch. */
  expiresAt: number
}

/** A backend that cannot compare and swap. */
interface PlainBackend {
  /** Undefined for everything that is no envelope, too. Failing to find out throws. */
  get(key: string): Promise<Envelope | undefined>
  set(key: string, envelope: Envelope): Promise<void>
  delete(key: string): Promise<void>
}

/**
 * A store on such a backend: it compares, and then it swaps. Within this process the two belong together;
 * between processes somebody may come in between, and so an update can be lost and a logout undone. It says
 * so: `atomic: false`.
 *
 * A write that got no answer in time keeps others from its key until it has one, or for a minute: else it might land
 * after them.
 */
export function createBestEffortStore(
  backend: PlainBackend,
  now: () => number,
  operations: Operations,
): ClosableStore & { readonly atomic: false } {
  const queue = new KeyedQueue()
  /** Where a write is under way that was given up. */
  const stuck = new Set<string>()

  async function live(key: string): Promise<Envelope | undefined> {
    const envelope = await backend.get(key)
    return envelope !== undefined && envelope.expiresAt > now() ? envelope : undefined
  }

  /** What was given up while it waited for its turn, or in the middle, is not done any more. */
  async function inTurn<T>(
    key: string,
    work: (assertInTime: () => void) => Promise<T>,
  ): Promise<T> {
    if (stuck.has(key)) throw timeoutError('An earlier write of this record has no answer yet')
    let isRunning = false
    const turn = operations.run((assertInTime) =>
      queue.run(key, async () => {
        assertInTime()
        isRunning = true
        try {
          return await forAMinute(work(assertInTime))
        } finally {
          isRunning = false
          stuck.delete(key)
        }
      }),
    )
    try {
      return await turn
    } finally {
      if (isRunning) stuck.add(key)
    }
  }

  return {
    atomic: false,

    read: (key) =>
      operations.run(async () => {
        const found = await live(key)
        return found && { value: found.value, version: found.version }
      }),

    write: (key, value, { replaces, expiresAt }) =>
      inTurn(key, async (assertInTime) => {
        const before = await live(key)
        if ((before?.version ?? null) !== replaces) return undefined
        assertInTime()
        const version = createHandle()
        await backend.set(key, { value, version, expiresAt })
        return version
      }),

    delete: (key) => inTurn(key, () => backend.delete(key)),

    close: () => operations.close(),
  }
}

/** Answers get lost: a record must not be out of reach for ever. */
async function forAMinute<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError('No answer within a minute')), 60_000)
    unref(timer)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** What a backend gave back, if it is an envelope. */
export function asEnvelope(found: unknown): Envelope | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  const envelope: Partial<Envelope> = found
  const value = own(envelope, 'value')
  const version = own(envelope, 'version')
  const expiresAt = own(envelope, 'expiresAt')
  const isWhole =
    typeof value === 'string' && typeof version === 'string' && typeof expiresAt === 'number'
  return isWhole ? { value, version, expiresAt } : undefined
}
