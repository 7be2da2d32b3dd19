import type { ValueCodec } from '../record/codec.ts'
import { SessionError } from '../errors.ts'
import type { Branch } from '../record/record.ts'

/** What a request did to the session's data, in order. Never a snapshot: it can be done again on newer data. */
export type Change =
  | { type: 'set'; key: string; value: unknown }
  | { type: 'unset'; key: string }
  /** Removes the value if it is (still) the one that is meant. */
  | { type: 'take'; key: string; isMeant: (value: unknown) => boolean }
  | { type: 'update'; key: string; update: (value: unknown) => unknown }
  | { type: 'flash'; key: string; value: unknown }
  | { type: 'clear' }

/** Makes one change. A `flash` here is what the next request will see. */
export function applyChange(branch: Branch, change: Change, codec: ValueCodec): void {
  switch (change.type) {
    case 'set':
      branch.values.set(change.key, change.value)
      break
    case 'unset':
      branch.values.delete(change.key)
      branch.flash.delete(change.key)
      break
    case 'take':
      if (change.isMeant(branch.values.get(change.key))) branch.values.delete(change.key)
      break
    case 'update':
      putUpdated(
        branch,
        change.key,
        change.update(codec.copy(branch.values.get(change.key))),
        codec,
      )
      break
    case 'flash':
      branch.flash.set(change.key, change.value)
      break
    case 'clear':
      branch.values.clear()
      branch.flash.clear()
  }
}

function putUpdated(branch: Branch, key: string, value: unknown, codec: ValueCodec): void {
  if (value === undefined) {
    throw new SessionError(
      'ERR_SESSION_VALUE',
      `update("${key}", fn): fn returned undefined. Return the new value, or null to remove it.`,
    )
  }
  if (value === null) {
    branch.values.delete(key)
    return
  }
  codec.check(key, value)
  branch.values.set(key, value)
}

/**
 * Does the changes again on data that somebody else has written meanwhile. A flash message that the
 * request has used up is removed, unless it was replaced by another one under the same name.
 */
export function replay(
  base: Branch,
  changes: readonly Change[],
  usedFlash: ReadonlyMap<string, unknown>,
  codec: ValueCodec,
): Branch {
  const branch = { values: new Map(base.values), flash: new Map(base.flash) }
  for (const [key, value] of usedFlash) {
    if (same(branch.flash.get(key), value, key, codec)) branch.flash.delete(key)
  }
  for (const change of changes) applyChange(branch, change, codec)
  return branch
}

/** Whether two values are stored as the same JSON. */
export function same(a: unknown, b: unknown, key: string, codec: ValueCodec): boolean {
  return JSON.stringify(codec.encode(key, a)) === JSON.stringify(codec.encode(key, b))
}
