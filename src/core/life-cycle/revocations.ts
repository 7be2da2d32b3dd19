import { cryptoBackend } from '../runtime/crypto/choose.ts'
import { groupOf, processMark } from '../runtime/turns.ts'
import type { Login } from '../session/wishes.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { retry } from '../store/retry.ts'
import type { Refusal } from './home.ts'
import {
  beginning,
  following,
  lastFor,
  type Moment,
  parseRevocation,
  type Revocation,
  serializeRevocation,
} from './revocation-note.ts'
import type { StorageContext } from './storage-options.ts'

/** What is noted of a subject: of a user, of a group, or of everybody. */
export type Noted = Revocation | 'unreadable' | undefined

/** What a note outlives the sessions by that it ends, in milliseconds: servers' clocks may differ by half of it. */
export const clockDifference = 600_000
/** A block ends when it is lifted, and by itself after this, in milliseconds: forty years. Some stores count seconds in 31 bits. */
const blockedFor = 1_262_304_000_000

/** The notes that say which users were logged out everywhere, and which are blocked. */
export class Revocations {
  readonly #context: StorageContext
  readonly #store: GuardedStore

  constructor(context: StorageContext, store: GuardedStore) {
    this.#context = context
    this.#store = store
  }

  /** Notes that all sessions of the subject end in this turn, but for one; or all, and that the user may not log in. */
  announce(
    subject: string,
    turn: number,
    how: { except: string | undefined } | 'block',
  ): Promise<Revocation> {
    const except = how === 'block' ? undefined : how.except
    return this.change(subject, (before) => {
      const note = following(before, except, { at: this.#context.now(), turn })
      return how === 'block' ? { ...note, blocked: true } : note
    })
  }

  /** Lets the user log in again. What was ended stays ended. */
  async unblock(userId: string): Promise<void> {
    if (!(await this.isBlocked(userId))) return
    await this.change(userId, (before) => ({
      ...(before ?? beginning(this.#context.now())),
      blocked: false,
    }))
  }

  async isBlocked(userId: string): Promise<boolean> {
    const noted = await this.noted(userId)
    return noted === 'unreadable' || noted?.blocked === true
  }

  /** How many times all sessions of the subject were ended so far. */
  async count(subject: string): Promise<number> {
    const noted = await this.noted(subject)
    return noted === undefined || noted === 'unreadable' ? 0 : noted.last.count
  }

  async noted(subject: string): Promise<Noted> {
    return readNote((await this.#store.read(await keyOfSubject(subject)))?.value)
  }

  /** Why this login must not stand, if so. One that cannot be read may have been meant for it. */
  async refusalOf(login: Login, handle: string): Promise<Refusal | undefined> {
    return this.judge(login, handle, await this.noted(login.userId))
  }

  /** The same, of a note that was read. */
  judge(login: Login, handle: string, noted: Noted): Refusal | undefined {
    if (noted === undefined) return undefined
    if (noted === 'unreadable') return 'revoked'
    if (noted.blocked) return 'blocked'
    const moment = lastFor(noted, handle)
    return moment !== undefined && this.#isAfter(moment, login) ? 'revoked' : undefined
  }

  /** Writes the note anew, on what is there now. */
  async change(
    subject: string,
    next: (before: Revocation | undefined) => Revocation,
  ): Promise<Revocation> {
    const key = await keyOfSubject(subject)
    const noted = await retry(async () => {
      const stored = await this.#store.read(key)
      const note = next(stored && parseRevocation(stored.value))
      const expiresAt = this.#endOf(note)
      const written = await this.#store.write(key, serializeRevocation(note), {
        replaces: stored?.version ?? null,
        expiresAt,
      })
      return written === undefined ? undefined : note
    })
    if (noted !== undefined) return noted
    throw this.#store.failure('write', new Error('the revocation could not be written'))
  }

  #endOf({ blocked, until }: Revocation): number {
    const { lifetime, now } = this.#context
    const time = now()
    return blocked
      ? time + blockedFor
      : Math.max(until ?? 0, lifetime.horizon(time) + clockDifference)
  }

  #isAfter({ count, at, turns }: Moment, login: Login): boolean {
    const { since } = login
    if (since !== undefined) return count > since && (at > 0 || since > 0)
    if (at === 0) return false
    const mine = turns.find(([mark]) => mark === processMark())
    if (mine !== undefined && mine[1] > login.turn) return true
    // This process did it last, and before the login: then all others did it before that.
    if (mine !== undefined && mine === turns[0]) return false
    const { clockTolerance, now } = this.#context
    // A clock that is so far ahead is wrong, and would keep the user out until it is right.
    if (at > now() + clockTolerance) return false
    return login.at <= at + clockTolerance
  }
}

/** The key of the note that all sessions of a subject were ended. */
export async function keyOfSubject(subject: string): Promise<string> {
  const group = groupOf(subject)
  if (group !== undefined) return `groups-${await cryptoBackend.sha256(group)}`
  return `revoked-${await cryptoBackend.sha256(subject)}`
}

export function readNote(text: string | undefined): Noted {
  return text === undefined ? undefined : (parseRevocation(text) ?? 'unreadable')
}
