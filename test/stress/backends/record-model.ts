import type { Model, Operation } from './linearizability.ts'

/*
 * What a store is to do with one key. Each text that is written has a name of its own, so that it is known which
 * write a read has seen, and which one a compare-and-swap expected.
 */

export type RecordAction =
  /** `found` is undefined when there was nothing. */
  | { type: 'read'; found?: string | undefined }
  /** `replaces` is undefined for one that must be absent. */
  | { type: 'write'; name: string; replaces?: string | undefined; expiresAt: number; done: boolean }
  | { type: 'delete' }
  /** The server forgot everything. */
  | { type: 'lose' }

export type RecordOperation = Operation & {
  action: RecordAction
  /** What the sessions' clock showed at its begin and at its end. */
  clock: readonly [number, number]
}

/** Absent, a version, or deleted: from then on nothing but a new beginning brings anything back. */
export type RecordState = 'absent' | 'dead' | { name: string; expiresAt: number }

/** @param skew By how many milliseconds the clocks of two processes may differ. */
export function recordModel(skew: number): Model<RecordState, RecordOperation> {
  const mayHaveExpired = (expiresAt: number, { clock }: RecordOperation) =>
    clock[1] + skew >= expiresAt
  const hasExpired = (expiresAt: number, { clock }: RecordOperation) => clock[0] - skew >= expiresAt

  function read(state: RecordState, found: string | undefined, operation: RecordOperation) {
    if (typeof state === 'string') return found === undefined
    if (found === undefined) return mayHaveExpired(state.expiresAt, operation)
    return state.name === found && !hasExpired(state.expiresAt, operation)
  }

  function canCreate(state: RecordState, done: boolean, operation: RecordOperation) {
    if (typeof state === 'string') return done
    return !done || mayHaveExpired(state.expiresAt, operation)
  }

  function canReplace(
    state: RecordState,
    replaces: string,
    done: boolean,
    operation: RecordOperation,
  ) {
    if (typeof state === 'string') return !done
    if (done) return state.name === replaces && !hasExpired(state.expiresAt, operation)
    return state.name !== replaces || mayHaveExpired(state.expiresAt, operation)
  }

  function step(state: RecordState, operation: RecordOperation): RecordState | undefined {
    const { action } = operation
    switch (action.type) {
      case 'read':
        return read(state, action.found, operation) ? state : undefined
      case 'write': {
        const { name, replaces, expiresAt, done } = action
        const isPossible =
          replaces === undefined
            ? canCreate(state, done, operation)
            : canReplace(state, replaces, done, operation)
        if (!isPossible) return undefined
        return done ? { name, expiresAt } : state
      }
      case 'delete':
        return 'dead'
      case 'lose':
        return 'absent'
    }
  }

  return {
    start: 'absent',
    step,
    nameOf: (state) => (typeof state === 'string' ? state : `v ${state.name}`),
  }
}
