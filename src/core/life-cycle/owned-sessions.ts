import { handleIn, isHandle } from '../record/id.ts'
import type { SessionRecord } from '../record/record.ts'
import { inBatches } from '../runtime/in-batches.ts'
import { allSubjects } from '../runtime/turns.ts'
import type { LoginToken } from '../session/login.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { endListed } from './end-listed.ts'
import type { NotedEnds } from './noted-ends.ts'
import { RecordEnds } from './record-ends.ts'
import type { Revocations } from './revocations.ts'
import { infoOf, type SessionInfo } from './session-info.ts'
import type { StorageContext } from './storage-options.ts'

/** The sessions of one user: listing and ending them. */
export class OwnedSessions {
  readonly #context: StorageContext
  readonly #store: GuardedStore
  readonly #revocations: Revocations
  /** If the notes are looked at when a session is read. */
  readonly #noted: NotedEnds | undefined
  /** How each of them ends. */
  readonly ends: RecordEnds

  constructor(
    context: StorageContext,
    store: GuardedStore,
    { revocations, noted }: { revocations: Revocations; noted: NotedEnds | undefined },
  ) {
    this.#context = context
    this.#store = store
    this.#revocations = revocations
    this.#noted = noted
    this.ends = new RecordEnds(context, store)
  }

  async list(userId: string): Promise<SessionInfo[]> {
    const { lifetime, now } = this.#context
    return (await this.living(userId))
      .map((record) => ({
        ...infoOf(record, userId, lifetime.end(record)),
        ...lifetime.waitOf?.(record, now()),
      }))
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt)
  }

  /** The records of the user's sessions that live. */
  async living(userId: string): Promise<SessionRecord[]> {
    const { lifetime, now } = this.#context
    const records = await inBatches(await this.#handlesOf(userId), (handle) =>
      this.#listedRecordOf(handle),
    )
    return records.flatMap((record) =>
      record?.owner === userId && lifetime.endIfLive(record, now()) !== undefined ? [record] : [],
    )
  }

  /**
   * Ends one session, or what has taken its place.
   *
   * @param userId Ends it only if it is this user's.
   */
  async revoke(handleOrId: string, userId: string | undefined): Promise<void> {
    const asked = handleIn(handleOrId)
    if (!isHandle(asked)) return
    const isTheirs = userId !== undefined
    const ended = await this.ends.endWithSuccessors(asked, {
      userId,
      isTheirs,
      isUnread: !isTheirs,
    })
    if (isTheirs && ended === undefined) return
    // As where ends are notes: of the one that was asked for, and of the one that lived.
    for (const handle of new Set([ended ?? asked, asked])) {
      this.#context.events.emit({ type: 'revoked', handle, userId })
    }
  }

  /**
   * Ends all that are listed of the user.
   *
   * @param isBlock Whether the user may not log in any more.
   */
  async revokeAll(
    userId: string,
    except: string | undefined,
    isBlock: boolean = false,
  ): Promise<number> {
    this.#store.indexed()
    const parts = { store: this.#store, ends: this.ends, revocations: this.#revocations }
    return endListed(this.#context, parts, {
      subject: userId,
      how: isBlock ? 'block' : { except },
      list: async () => (await this.#handlesOf(userId)).filter((handle) => handle !== except),
      userOf: () => userId,
      isMeant: ({ owner }) => owner === userId,
    })
  }

  /** Ends all, and refuses every further login. */
  block(userId: string): Promise<number> {
    return this.revokeAll(userId, undefined, true)
  }

  async unblock(userId: string): Promise<void> {
    this.#store.indexed()
    await this.#revocations.unblock(userId)
  }

  async isBlocked(userId: string): Promise<boolean> {
    this.#store.indexed()
    return this.#revocations.isBlocked(userId)
  }

  /** What tells when a login began: how many times sessions had been ended by then. */
  async beginLogin(userId: string): Promise<LoginToken> {
    const token = { userId, count: await this.#revocations.count(userId) }
    if (this.#noted === undefined) return token
    return { ...token, everybody: await this.#noted.revocations.count(allSubjects) }
  }

  async #handlesOf(userId: string): Promise<readonly string[]> {
    return (await this.#store.keysOf(userId)).filter(isHandle)
  }

  /** Undefined also of a session that a note has ended. */
  async #listedRecordOf(handle: string): Promise<SessionRecord | undefined> {
    const record = await this.ends.recordOf(handle)
    if (record === undefined || this.#noted === undefined) return record
    return (await this.#noted.lossOf(record)) === undefined ? record : undefined
  }
}
