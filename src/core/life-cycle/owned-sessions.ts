import { isSessionError, RevokeError, SessionConflictError } from '../errors.ts'
import { handleIn, isHandle } from '../record/id.ts'
import { decodeRecord, encodeRecord, type SessionRecord } from '../record/record.ts'
import { inBatches } from '../runtime/in-batches.ts'
import { pause } from '../runtime/pause.ts'
import { allSubjects, asTurn } from '../runtime/turns.ts'
import type { LoginToken } from '../session/login.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { Successor } from './home.ts'
import { emptyRecord, endedRecord, serializeRecord } from './next-record.ts'
import type { NotedEnds } from './noted-ends.ts'
import type { Revocations } from './revocations.ts'
import { infoOf, type SessionInfo } from './session-info.ts'
import type { StorageContext } from './storage-options.ts'

const maxAttempts = 20
/** Sessions that took each other's place, at most: each costs a read, and whoever logs in again and again adds one. */
const mostSuccessors = 100

/** Milliseconds that a store keeps an emptied record which it failed to delete. */
const emptyFor = 300_000

/** The sessions of one user: listing and ending them. */
export class OwnedSessions {
  readonly #context: StorageContext
  readonly #store: GuardedStore
  readonly #revocations: Revocations
  /** If the notes are looked at when a session is read. */
  readonly #noted: NotedEnds | undefined

  constructor(
    context: StorageContext,
    store: GuardedStore,
    { revocations, noted }: { revocations: Revocations; noted: NotedEnds | undefined },
  ) {
    this.#context = context
    this.#store = store
    this.#revocations = revocations
    this.#noted = noted
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

  /** @param userId Ends it only if it is this user's. */
  async revoke(handleOrId: string, userId: string | undefined): Promise<void> {
    const handle = handleIn(handleOrId)
    if (!isHandle(handle)) return
    if (userId === undefined) {
      await this.#store.delete(handle)
    } else {
      const outcome = await this.endAsRead(handle, userId, (record) => record?.owner === userId)
      if (outcome !== 'ended') return
    }
    this.#context.events.emit({ type: 'revoked', handle, userId })
  }

  /**
   * Ends the session at this handle if it is the user's: another one of theirs has taken its place. Its ids
   * are remembered for a moment, so that no request which is on its way puts a new session over that one;
   * and a further login with one of them finds the session that it replaces now.
   *
   * @returns Whether that one may live: not if the session that took this one's place has ended, or this one that it proves.
   */
  async replace(from: string, by: Successor): Promise<boolean> {
    const { events } = this.#context
    let handle = from
    let attempt = 1
    let followed = 0
    while (attempt <= maxAttempts && followed <= mostSuccessors) {
      const stored = await this.#store.read(handle)
      const record = stored && this.#decode(stored.value)
      if (record?.replacedBy !== undefined) {
        handle = record.replacedBy
        followed++
        continue
      }
      if (record === undefined) return handle === from && by.isAgain !== true
      if (record.owner !== by.userId || handle === by.handle) return true
      const ended = { ...endedRecord(this.#context, record), replacedBy: by.handle }
      const text = serializeRecord(this.#context, ended, false)
      const options = { replaces: stored!.version, expiresAt: ended.absoluteDeadline }
      if ((await this.#store.write(handle, text, options)) !== undefined) {
        events.emit({ type: 'destroyed', handle, userId: by.userId })
        return true
      }
      await pause(attempt++)
    }
    throw new SessionConflictError(maxAttempts)
  }

  /**
   * The handle that a login may begin from which comes with an ended id of this record: its own. But if what took its
   * place had ended before the request came, that one's: then there is nothing to replace, and nothing the login was
   * too slow for.
   */
  async replaceableFrom({ handle, replacedBy }: SessionRecord): Promise<string> {
    let next = replacedBy
    for (let followed = 0; next !== undefined && followed < mostSuccessors; followed++) {
      const record = await this.recordOf(next)
      if (record === undefined) return next
      next = record.replacedBy
    }
    return handle
  }

  /**
   * Ends the session at this handle, and those of the same user that took its place. The last one ends first, so that a
   * failure leaves what leads to it.
   *
   * @param seen Its record, if it was read before. Then it ends also while the store cannot read.
   */
  async endWithSuccessors(from: string, seen: SessionRecord | undefined): Promise<void> {
    try {
      await this.#endSuccessors(from, seen?.owner)
    } catch (error) {
      // The store has told of its failure: who logs out while it cannot read, is logged out.
      const cannotRead = isSessionError(error, 'ERR_SESSION_STORE') && error.operation === 'read'
      if (seen === undefined || !cannotRead) throw error
    }
    await this.#store.delete(from)
  }

  /** Ends the sessions that took the place of this one, the last one first. Returns whether there are any. */
  async #endSuccessors(
    from: string,
    owner: string | undefined,
    left: number = mostSuccessors,
  ): Promise<boolean> {
    const handle = (await this.recordOf(from))?.replacedBy
    if (handle === undefined) return false
    if (left === 0) throw new SessionConflictError(mostSuccessors)
    const isReplaced = await this.#endSuccessors(handle, owner, left - 1)
    // What was replaced is nobody's any more. The last one may be another user's by now.
    if (isReplaced || owner === undefined) await this.#store.delete(handle)
    else {
      const outcome = await this.endAsRead(handle, owner, (record) => record?.owner === owner)
      if (outcome !== 'ended') return true
    }
    // Of one that was replaced this was told then.
    if (!isReplaced) this.#context.events.emit({ type: 'destroyed', handle, userId: owner })
    return true
  }

  /**
   * Ends what is listed of the user, whatever its deadlines say: this process's clock and options need not
   * be those of the one that serves it. All are tried before a failure is told.
   *
   * @param isBlock Whether the user may not log in any more.
   */
  async revokeAll(
    userId: string,
    except: string | undefined,
    isBlock: boolean = false,
  ): Promise<number> {
    this.#store.indexed()
    const failures: unknown[] = []
    let ended = 0
    const endIfTheirs = async (handle: string): Promise<void> => {
      try {
        // A record that cannot be read may be one that another release of the app can read.
        const outcome = await this.endAsRead(
          handle,
          userId,
          (record) => record === undefined || record.owner === userId,
        )
        // One that the store says has expired may live for a server whose clock is behind.
        if (outcome === 'missing') await this.#store.delete(handle)
        if (outcome !== 'ended') return
        this.#context.events.emit({ type: 'revoked', handle, userId })
        ended++
      } catch (error) {
        failures.push(error)
      }
    }
    await asTurn(userId, async (turn) => {
      await this.#revocations
        .announce(userId, turn, isBlock ? 'block' : { except })
        .catch((error: unknown) => failures.push(error))
      const handles = await this.#handlesOf(userId)
      await inBatches(
        handles.filter((handle) => handle !== except),
        endIfTheirs,
      )
    })
    if (failures.length > 0) throw new RevokeError(ended, failures)
    return ended
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

  /**
   * Ends the session at this handle if its record is meant, as it was read: who has taken it over meanwhile, keeps it.
   * Because stores delete without comparing, it is emptied first, which is compared. Nobody can take over what is empty.
   *
   * @param owner Whose list it stays in, should the deletion fail.
   */
  async endAsRead(
    handle: string,
    owner: string | undefined,
    isMeant: (record: SessionRecord | undefined) => boolean,
  ): Promise<'ended' | 'missing' | 'another'> {
    for (let attempt = 1; ; attempt++) {
      const stored = await this.#store.read(handle)
      if (stored === undefined) return 'missing'
      if (!isMeant(this.#decode(stored.value))) return 'another'
      // However often it is written meanwhile, it ends.
      const isLast = attempt === maxAttempts || !this.#store.isAtomic
      if (isLast || (await this.#empty(handle, owner, stored.version))) break
      await pause(attempt)
    }
    await this.#store.delete(handle)
    return 'ended'
  }

  /** @returns False if somebody else was first. */
  async #empty(handle: string, owner: string | undefined, replaces: string): Promise<boolean> {
    const { now } = this.#context
    // Over by every clock.
    const text = encodeRecord(emptyRecord(handle, 0, 0), this.#context)
    const expiresAt = now() + emptyFor
    try {
      return (await this.#store.write(handle, text, { replaces, expiresAt, owner })) !== undefined
    } catch {
      // A store may be full, and delete all the same. It has told of its failure.
      return true
    }
  }

  async #handlesOf(userId: string): Promise<readonly string[]> {
    return (await this.#store.keysOf(userId)).filter(isHandle)
  }

  /** Undefined also of a session that a note has ended. */
  async #listedRecordOf(handle: string): Promise<SessionRecord | undefined> {
    const record = await this.recordOf(handle)
    if (record === undefined || this.#noted === undefined) return record
    return (await this.#noted.standingOf(record)) === 'current' ? record : undefined
  }

  async recordOf(handle: string): Promise<SessionRecord | undefined> {
    const stored = await this.#store.read(handle)
    return stored && this.#decode(stored.value)
  }

  /** What has been emptied is nothing. */
  #decode(text: string): SessionRecord | undefined {
    const record = decodeRecord(text, this.#context.codec, [])
    return record?.absoluteDeadline === 0 ? undefined : record
  }
}
