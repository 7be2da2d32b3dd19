import type { RecordForm } from './form.ts'
import { type Instants, Lifetime, type LifetimeOptions, type WaitInfo } from './lifetime.ts'
import type { Wire } from './wire.ts'

/**
 * Deadlines where a session of a user does not end with its idle timeout: it is locked, and waits. Until when it may, is said
 * in its record with each write, so that no server without this takes it for alive, and none lengthens the wait.
 */
export class PatientLifetime extends Lifetime {
  readonly #longest: number

  /** @param longest Milliseconds that a session waits at most. */
  constructor(options: LifetimeOptions, longest: number) {
    super(options)
    this.#longest = longest
  }

  override endIfLive(record: Instants, now: number): number | undefined {
    return (
      super.endIfLive(record, now) ?? (this.isWaiting(record, now) ? this.end(record) : undefined)
    )
  }

  override isWaiting(record: Instants, now: number): boolean {
    const wait = this.waitOf(record, now)
    return wait !== undefined && wait.isLocked && now < wait.waitsUntil
  }

  override waitOf(record: Instants, now: number): WaitInfo | undefined {
    const { owner, terms: { waitDeadline = Number.NaN } = {} } = record
    // `isTermsWire` does not check this term, because only this file reads it.
    if (owner === undefined || !Number.isFinite(waitDeadline)) return undefined
    const end = this.end(record)
    const waitsUntil = Math.min(waitDeadline, this.#lastEnd(record))
    // One that claims to come from the future is none.
    const isLocked = end <= now && record.lastUsedAt <= now
    return { expiresAt: isLocked ? waitsUntil : end, isLocked, waitsUntil }
  }

  override keptUntil(record: Instants): number | undefined {
    return record.owner === undefined ? undefined : this.#lastEnd(record)
  }

  /** Until when it may wait, by today's options. */
  #lastEnd(record: Instants): number {
    const never = Number.POSITIVE_INFINITY
    const absolute = this.end({ ...record, idleDeadline: never, lastUsedAt: never })
    return Math.min(absolute, this.end(record) + this.#longest)
  }

  /** The same form of records, with that deadline in those of users. */
  formOf(form: RecordForm): RecordForm {
    return { ...form, print: (wire, data) => form.print(this.#withDeadline(wire), data) }
  }

  #withDeadline(wire: Wire): Wire {
    if (wire.o === undefined) return wire
    const w = this.#lastEnd({
      createdAt: wire.c,
      authenticatedAt: wire.a,
      lastUsedAt: wire.u,
      idleDeadline: wire.i,
      absoluteDeadline: wire.x,
      owner: wire.o,
      persistent: wire.m === undefined ? undefined : wire.m === 1,
    })
    return { ...wire, h: { ...wire.h, w } }
  }
}
