import type { SessionError } from '../errors.ts'
import { EventEmitter } from '../events.ts'
import { warn } from '../runtime/platform.ts'
import { systemTime } from '../runtime/time.ts'
import { eventsOf } from './arrival.ts'

const minute = 60_000
/** More kinds of failures than this are one kind: a message may have a part that is never the same. */
const mostKinds = 20

/** What the console has been told of one storage. */
interface Told {
  kinds: Set<string>
  lastAt: number
  /** Failures since then that were not told. */
  left: number
}

const logs = new WeakMap<object, Told>()
/** For a storage that is wrapped in another object and shows no events. */
const anybody = new EventEmitter(undefined, systemTime)

/**
 * Tells the console of a failure that the visitor gets as a bare 503, unless the storage's `onEvent` was told:
 * the first of each kind, then at most a line a minute.
 */
export function logFailure(error: SessionError, storage: object): void {
  const emitter = eventsOf(storage) ?? anybody
  if (emitter.hasListener) return
  const told = logs.get(emitter) ?? { kinds: new Set<string>(), lastAt: -Infinity, left: 0 }
  logs.set(emitter, told)

  const now = emitter.now()
  const isNew = !told.kinds.has(error.message) && told.kinds.size < mostKinds
  if (!isNew && now - told.lastAt < minute) {
    told.left++
    return
  }
  const since = told.left === 0 ? '' : ` (${told.left} more since the last line)`
  told.kinds.add(error.message)
  told.lastAt = now
  told.left = 0
  warn(
    `${error.message}${since} The visitor got 503. ` +
      'onEvent of the storage replaces this line, or onStoreError.',
  )
}
