import type { ValueCodec } from '../record/codec.ts'
import { SessionError } from '../errors.ts'
import { copyContents } from '../record/kept-values.ts'
import type { Contents } from '../record/record.ts'
import { isThenable } from '../runtime/maybe-promise.ts'

/** What a request did to the session's data, in order. Never a snapshot: it can be done again on newer data. */
export type Change =
  | { type: 'set'; key: string; value: unknown }
  | { type: 'unset'; key: string }
  /** Removes the value if it is (still) the one that is meant. */
  | { type: 'take'; key: string; isMeant: (value: unknown) => boolean }
  | { type: 'update'; key: string; update: (value: unknown) => unknown }
  | { type: 'flash'; key: string; value: unknown }
  | { type: 'clear' }

/** Data that can be changed. */
interface Changeable {
  values: Map<string, unknown>
  /** What the next request will see. Left out where that is kept apart. */
  flash?: Map<string, unknown>
}

/** Makes one change. */
export function applyChange(
  { values, flash }: Changeable,
  change: Change,
  codec: ValueCodec,
): void {
  switch (change.type) {
    case 'set':
      values.set(change.key, change.value)
      break
    case 'unset':
      values.delete(change.key)
      flash?.delete(change.key)
      break
    case 'take':
      if (change.isMeant(values.get(change.key))) values.delete(change.key)
      break
    case 'update':
      update(values, change, codec)
      break
    case 'flash':
      flash?.set(change.key, change.value)
      break
    case 'clear':
      values.clear()
      flash?.clear()
  }
}

function update(
  values: Map<string, unknown>,
  { key, update: compute }: Extract<Change, { type: 'update' }>,
  codec: ValueCodec,
): void {
  if (typeof compute !== 'function') throw updateError(key, 'is no function: set() takes a value')
  const value = compute(codec.copy(values.get(key)))
  if (isThenable(value)) {
    // Nobody else will look at it: that it failed as well would end the process.
    value.then(undefined, () => {})
    throw updateError(key, 'returned a promise. Await first, and then update with what came.')
  }
  if (value === undefined) {
    throw updateError(key, 'returned undefined. Return the new value, or null to remove it.')
  }
  if (value === null) {
    values.delete(key)
    return
  }
  codec.checkValue(key, value, values)
  values.set(key, value)
}

function updateError(key: string, problem: string): SessionError {
  return new SessionError('ERR_SESSION_VALUE', `update("${key}", fn): fn ${problem}`)
}

/**
 * Does the changes again on data that somebody else has written meanwhile. A flash message that the
 * request has used up is removed, unless it was replaced by another one under the same name.
 */
export function replay(
  base: Contents,
  { changes, usedFlash }: { changes: readonly Change[]; usedFlash: ReadonlyMap<string, unknown> },
  codec: ValueCodec,
): Contents {
  const contents = copyContents(base)
  for (const [key, value] of usedFlash) {
    if (codec.isSame(key, contents.flash.get(key), value)) contents.flash.delete(key)
  }
  for (const change of changes) applyChange(contents, change, codec)
  return contents
}
