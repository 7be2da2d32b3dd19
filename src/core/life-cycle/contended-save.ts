import { SessionConflictError } from '../errors.ts'
import type { Loaded } from '../record/standing.ts'
import type { SessionState } from '../session/session-state.ts'
import { KeyedQueue } from '../store/keyed-queue.ts'
import { mostAttempts, retry } from '../store/retry.ts'
import type { Lost } from './home.ts'
import { nextRecordOfPrevious, withPreviousRetired } from './next-record.ts'
import { type Outcome, SessionWriter } from './save.ts'

/**
 * Saves where others may write the same record, which is in a store. If somebody wrote in between, the request's changes are done
 * again on what they wrote; and an id in its grace writes what it may see.
 */
export class ContendedWriter extends SessionWriter {
  /** Where those who lost a race wait for each other: within a process they need not race again. */
  readonly #losers = new KeyedQueue()

  protected override contend(
    state: SessionState,
    loaded: Loaded | undefined,
  ): Promise<string | null> {
    return this.#losers.run(loaded?.record.handle ?? state.handle, () => this.#retry(state, loaded))
  }

  /** Does the changes again on what others have written, until nobody interferes. */
  async #retry(state: SessionState, loaded: Loaded | undefined): Promise<string | null> {
    const outcome = await retry(async (attempt) => {
      this.context.events.emit({ type: 'conflict', handle: state.handle, attempt })
      if (loaded === undefined) state.startAnew()
      const base = loaded && (await this.home.reload(loaded))
      // Somebody else's write was a use as well: then there is nothing left to note.
      if (base !== undefined && !('lost' in base) && !state.dirty) return null
      return this.attempt(state, base, this.context.now())
      // One attempt was made before.
    }, mostAttempts - 1)
    if (outcome !== undefined) return outcome
    throw new SessionConflictError(mostAttempts)
  }

  protected override tryFormer(
    state: SessionState,
    base: Loaded | Lost | undefined,
    now: number,
  ): Promise<Outcome> | undefined {
    if (base === undefined) return undefined
    if ('lost' in base) {
      // A login is worth a session of its own: it would get one if it came a moment later.
      const isWorthOne = base.lost === 'rotated' && state.wishes.login !== undefined
      return isWorthOne ? this.#logInApart(state, undefined, now) : undefined
    }
    return base.by === 'previous' ? this.#writePrevious(state, base, now) : undefined
  }

  /** Writes as the holder of the id before. */
  async #writePrevious(state: SessionState, base: Loaded, now: number): Promise<Outcome> {
    const { login, rotation } = state.wishes
    if (this.isGone(state, base, now)) return this.interrupt(state, 'gone')
    // These end the id even if its grace is over here: by the clock of another server it may go on.
    if (login !== undefined) return this.#logInApart(state, base, now)
    if (rotation === 'kill') {
      // What its holder did goes with it: the record belongs to what came after.
      return (await this.#endPrevious(base)) && this.interrupt(state, 'rotated')
    }
    if (base.record.previous!.until <= now) return this.interrupt(state, 'rotated')
    const saved = await this.put(nextRecordOfPrevious(this.context, state, base), base)
    if (saved === undefined) return undefined
    this.accept(state, saved)
    return null
  }

  /**
   * A login under an id that has its successor goes on as a session of its own, with what that id could
   * see: refusing it would show a right password as wrong. It is written first, so that a failure leaves
   * the visitor with the id they had.
   *
   * @param base What is stored now, if the id is still readable: then it ends.
   */
  async #logInApart(state: SessionState, base: Loaded | undefined, now: number): Promise<Outcome> {
    const from = base ?? state.loaded!
    if (state.handle === from.record.handle) state.startAnew()
    const next = await this.prepare(state, from, now)
    if (typeof next === 'string') return this.interrupt(state, next)
    const saved = await this.put(next, undefined)
    if (saved === undefined) return undefined
    let after: Loaded | undefined
    try {
      after = base && (await this.#endPrevious(base))
    } finally {
      if (base !== undefined && after === undefined) await this.home.delete(saved.record.handle)
    }
    if (base === undefined) return this.finish(state, saved)
    return after && this.finish(state, saved, { before: base, after })
  }

  /** The id before may read nothing any more. */
  #endPrevious(base: Loaded): Promise<Loaded | undefined> {
    return this.put(withPreviousRetired(this.context, base.record), base)
  }
}
