import type { SessionRecord } from '../record/record.ts'
import type { NoteCache } from './note-cache.ts'
import { countsOf, type Many, type NoteScope, readMany, subjectsOf } from './noted-subjects.ts'
import { keyOfSubject, type Noted, readNote } from './revocations.ts'
import { keyOfSession, parseEnd } from './session-ends.ts'
import type { StorageContext } from './storage-options.ts'

/** Whether a session is the one that its cookie says, or has ended; or another one has taken its place, just now or long ago. */
export type NotedStanding = 'current' | 'ended' | 'retired' | 'reused'

/** What is noted that a session may have ended by. */
export interface Notes extends Many<Noted> {
  end: string | undefined
}

/** Says by the notes whether a session has ended. */
export class NotedStandings {
  readonly #context: StorageContext
  readonly #cache: NoteCache
  readonly #scope: NoteScope

  constructor(context: StorageContext, cache: NoteCache, scope: NoteScope) {
    this.#context = context
    this.#cache = cache
    this.#scope = scope
  }

  /** Asked when a session is read, and so through the cache, unless it must be the latest. */
  async of(record: SessionRecord, isFresh: boolean = false): Promise<NotedStanding> {
    const standing = this.by(record, await this.notesOn(record, isFresh))
    if (isFresh || standing === 'current' || !this.#scope.isStrict) return standing
    // It may come after what another process has noted since.
    return this.by(record, await this.notesOn(record, true))
  }

  /** By these notes. `handle` is another one than the record's where a request gives the session a new one. */
  by(
    { handle: own, endsSeen }: SessionRecord,
    { end, ...notes }: Notes,
    handle: string = own,
  ): NotedStanding {
    if (end !== undefined) {
      const { endedAt, by } = parseEnd(end)
      if (by === undefined) return 'ended'
      const { lifetime, now } = this.#context
      return endedAt + lifetime.retirement > now() ? 'retired' : 'reused'
    }
    const counts = countsOf(notes, handle)
    const kinds = ['user', 'everybody', 'group'] as const
    const isAlive = kinds.every((kind) => this.#isAlive(counts[kind], endsSeen?.[kind]))
    return isAlive ? 'current' : 'ended'
  }

  /** Who has ended all others in this request may have spared it under the one handle or the other. */
  byEither(handle: string, before: SessionRecord, notes: Notes): NotedStanding {
    const own = this.by(before, notes)
    return own === 'current' || handle === before.handle ? own : this.by(before, notes, handle)
  }

  /** What is noted now, or was when the cache last asked. */
  async notesOn(record: SessionRecord, isFresh: boolean): Promise<Notes> {
    const { handle, owner, isOfUnknown = false, terms } = record
    const subjects = subjectsOf(this.#scope, owner, terms?.group)
    if (owner === undefined && !isOfUnknown) subjects.everybody = undefined
    const [end, notes] = await Promise.all([
      this.#scope.sessions ? this.#cache.get(keyOfSession(handle), isFresh) : undefined,
      readMany(subjects, async (subject) =>
        readNote(await this.#cache.get(await keyOfSubject(subject), isFresh)),
      ),
    ])
    return { end, ...notes }
  }

  #isAlive(count: number, seen: number = 0): boolean {
    return this.#scope.isStrict ? count === seen : count <= seen
  }
}
