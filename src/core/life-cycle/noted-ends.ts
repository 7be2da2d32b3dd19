import { configError } from '../errors.ts'
import { isHandle } from '../record/id.ts'
import type { SessionRecord } from '../record/record.ts'
import type { Loaded } from '../record/standing.ts'
import { allSubjects, asTurn, groupOf, subjectOfGroup } from '../runtime/turns.ts'
import type { LoginToken } from '../session/login.ts'
import type { SessionState } from '../session/session-state.ts'
import type { Login } from '../session/wishes.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { Admission, EndedAsSeen, Finding, Found, Refusal } from './home.ts'
import type { NoteCache } from './note-cache.ts'
import { NotedStandings, type Notes } from './noted-standings.ts'
import { countsOf, type NoteScope, readMany, subjectsOf } from './noted-subjects.ts'
import { beginning } from './revocation-note.ts'
import { clockDifference, keyOfSubject, type Noted, Revocations } from './revocations.ts'
import {
  endAlone,
  endWithSuccessors,
  keyOfSession,
  type NotedEnd,
  noteEnd,
  type SessionEnd,
} from './session-ends.ts'
import type { StorageContext } from './storage-options.ts'

type EndEvent = 'destroyed' | 'revoked'

interface Parts {
  readonly store: GuardedStore
  readonly cache: NoteCache
  readonly scope: NoteScope
}

/**
 * Ends of sessions that their records cannot show: each end is a note, and the notes are looked at when a session is
 * read. A login notes in its record how many ends it came after, so no clock takes part.
 */
export class NotedEnds {
  readonly revocations: Revocations
  readonly #context: StorageContext
  readonly #cache: NoteCache
  readonly #scope: NoteScope
  readonly #store: GuardedStore
  readonly #standings: NotedStandings

  constructor(context: StorageContext, { store, cache, scope }: Parts) {
    this.#context = context
    this.#cache = cache
    this.#scope = scope
    this.revocations = new Revocations(context, store)
    this.#store = store
    this.#standings = new NotedStandings(context, cache, scope)
  }

  /** The session that was found, unless a note has ended it. That is reported, unless another one took its place just now. */
  async unlessEnded(found: Found, mayEnd?: boolean): Promise<Finding> {
    const { record } = found.loaded
    const { handle, owner: userId } = record
    const standing = await this.#standings.of(record)
    if (standing === 'current') return this.#scope.sessions ? { ...found, renews: true } : found
    if (standing === 'retired') return { retiredFrom: handle }
    const type = standing === 'ended' ? 'revoked' : 'reused-old-id'
    const { events, endsReused } = this.#context
    events.emit({ type, handle, userId })
    if (standing === 'reused' && mayEnd && endsReused) await this.end(handle, undefined, 'revoked')
    return undefined
  }

  /** Why the session is over, if it is. Nothing is reported, because nobody has come with its cookie. */
  async lossOf(
    record: SessionRecord,
    isFresh?: boolean,
  ): Promise<'revoked' | 'rotated' | undefined> {
    const standing = await this.#standings.of(record, isFresh)
    if (standing === 'current') return undefined
    return standing === 'ended' ? 'revoked' : 'rotated'
  }

  /** Whether a record may be written, and the ends that it comes after. The store is asked in any case. */
  async admit(state: SessionState, base: Loaded | undefined): Promise<Admission> {
    const { handle, isOfUnknown, imported, wishes } = state
    const before = base?.record
    const { login } = wishes
    const owner = login?.userId ?? before?.owner ?? imported?.owner
    let notes: Notes | undefined
    // A login takes along what is in the session, and so only of one that has not ended. A proof goes on with it, also where
    // another one has taken its place.
    if (before !== undefined && (this.#scope.sessions || login !== undefined)) {
      notes = await this.#standings.notesOn(before, true)
      const standing = this.#standings.byEither(handle, before, notes)
      const byMany = this.#standings.byEither(handle, before, { ...notes, end: undefined })
      if (standing === 'ended' || (login?.isAgain && byMany === 'ended')) return 'revoked'
      // A login is worth a session of its own.
      if (standing !== 'current' && login === undefined) return 'rotated'
    }
    if (owner === undefined && !isOfUnknown) return undefined
    const isSame = before !== undefined && (login === undefined || login.isAgain)
    if (isSame && before.handle === handle) return before.endsSeen
    // Of the same session under a new handle, those that it was found alive by: no end can come in between.
    const name = login === undefined ? before?.terms?.group : login.group?.name
    const subjects = subjectsOf(this.#scope, owner, name)
    const after = (isSame && notes) || (await readMany(subjects, (one) => this.#noted(one)))
    const seen = countsOf(after, handle)
    const sum = seen.user + seen.everybody + seen.group
    if (sum === Number.POSITIVE_INFINITY) return 'revoked'
    return sum === 0 ? undefined : { ...seen, group: seen.group || undefined }
  }

  /** Why this login must not stand, if so. */
  async refusalOf(login: Login, handle: string): Promise<Refusal | undefined> {
    const { revocations } = this
    const { userId, group: { name, turn = 0 } = {} } = login
    const noted = await readMany(subjectsOf(this.#scope, userId, name), (subject) =>
      revocations.noted(subject),
    )
    return (
      revocations.judge(login, handle, noted.user) ??
      revocations.judge({ ...login, since: login.sinceEverybody }, handle, noted.everybody) ??
      revocations.judge({ ...login, turn, since: undefined }, handle, noted.group)
    )
  }

  /** What tells when a login began: how many times sessions had been ended by then. */
  async beginLogin(userId: string): Promise<LoginToken> {
    const { revocations } = this
    const count = await revocations.count(userId)
    return { userId, count, everybody: await revocations.count(allSubjects) }
  }

  /** Ends one session, and those that took its place. Who asks for it, tells of the first one. */
  async end(handle: string, seen?: SessionRecord, type: EndEvent = 'destroyed'): Promise<void> {
    await endWithSuccessors(handle, async (next) => {
      const note = await this.#noteEnd(next, { seen })
      const isTold = note.isNew && next !== handle
      if (isTold) this.#context.events.emit({ type, handle: next, userId: seen?.owner })
      return note
    })
  }

  /** Ends one session alone, under whatever id it goes on, unless a login has taken its place. */
  async endAsSeen({ record }: Loaded): Promise<EndedAsSeen> {
    const many = { ...(await this.#standings.notesOn(record, true)), end: undefined }
    return endAlone(record.handle, async (next) => {
      const note = await this.#noteEnd(next, { seen: record })
      // If all of the user's have ended since it got the new id, that has been told.
      return { ...note, isNew: note.isNew && this.#standings.by(record, many, next) !== 'ended' }
    })
  }

  /** The same, where it was asked for: that it ended is told. */
  async revoke(handle: string): Promise<void> {
    if (!isHandle(handle)) return
    await this.end(handle, undefined, 'revoked')
    this.#context.events.emit({ type: 'revoked', handle })
  }

  /**
   * Ends a session, of which another one takes the place, or its own under a new id.
   *
   * @returns The one that has taken it: another if that was first, and none if the session had ended before.
   */
  async replace(
    handle: string,
    { by, goesOn }: { by: string; goesOn: boolean },
  ): Promise<string | undefined> {
    return (await this.#noteEnd(handle, { by, goesOn: goesOn || undefined })).by
  }

  /** Ends all sessions of the subject, a user mostly, but for one. How many there are, nobody can tell. */
  async revokeAll(subject: string, except?: string, isBlock: boolean = false): Promise<number> {
    const how = isBlock ? 'block' : { except }
    await this.#changing(await keyOfSubject(subject), () =>
      asTurn(subject, (turn) => this.revocations.announce(subject, turn, how)),
    )
    const isUser = subject !== allSubjects && groupOf(subject) === undefined
    // Which sessions have ended, nobody can list.
    this.#context.events.emit({ type: 'revoked', userId: isUser ? subject : undefined })
    return 0
  }

  /** @throws {SessionError} `ERR_SESSION_CONFIG` if the store may lose it. */
  async block(userId: string): Promise<number> {
    if (this.#store.evicts) {
      throw configError(
        'block() needs a store that keeps what it has, and this one may drop it: give createRevocations() another store, ' +
          'or look at a mark in the account before you call login()',
      )
    }
    return this.revokeAll(userId, undefined, true)
  }

  unblock(userId: string): Promise<void> {
    return this.revocations.unblock(userId)
  }

  isBlocked(userId: string): Promise<boolean> {
    return this.revocations.isBlocked(userId)
  }

  /** Ends the sessions of all users. */
  async revokeEverybody(): Promise<void> {
    await this.revokeAll(allSubjects)
  }

  /** Ends the sessions of a group. */
  revokeGroup(group: string): Promise<number> {
    return this.revokeAll(subjectOfGroup(group))
  }

  /** The note that a login comes after. In a store that may lose notes, it is written if it is not there, or ends too soon. */
  async #noted(subject: string): Promise<Noted> {
    const noted = await this.revocations.noted(subject)
    if (!this.#scope.isStrict || noted === 'unreadable') return noted
    const { lifetime, now } = this.#context
    const horizon = lifetime.horizon(now()) + clockDifference
    if (noted !== undefined && (noted.until ?? 0) >= horizon) return noted
    // So that not each login has to write it.
    const until = lifetime.horizon(horizon)
    return this.#changing(await keyOfSubject(subject), () =>
      this.revocations.change(subject, (before) => ({ ...(before ?? beginning(now())), until })),
    )
  }

  #noteEnd(
    handle: string,
    { seen, ...next }: Omit<SessionEnd, 'endedAt'> & { seen?: SessionRecord | undefined },
  ): Promise<NotedEnd> {
    const { lifetime, now } = this.#context
    const endedAt = now()
    const last = Math.max(lifetime.horizon(endedAt), seen?.absoluteDeadline ?? 0)
    // Until it cannot be alive any more on any server's clock.
    const expiresAt = last + clockDifference
    return this.#changing(keyOfSession(handle), () =>
      noteEnd(this.#store, handle, { endedAt, ...next, expiresAt }),
    )
  }

  async #changing<T>(key: string, change: () => Promise<T>): Promise<T> {
    try {
      return await change()
    } finally {
      this.#cache.forget(key)
    }
  }
}
