import { isSessionError, SessionConflictError } from '../errors.ts'
import type { SessionRecord } from '../record/record.ts'
import type { Loaded } from '../record/standing.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { mostAttempts, retry } from '../store/retry.ts'
import type { Successor } from './home.ts'
import { endedRecord } from './ended-ids.ts'
import { serializeRecord } from './next-record.ts'
import { type Emptied, type Found, type Meant, type Outcome, RecordTaker } from './record-taker.ts'
import type { StorageContext } from './storage-options.ts'

/** Sessions that took each other's place, at most: each costs a read, and whoever logs in again and again adds one. */
const mostSuccessors = 100

interface EndOptions {
  /** Whose the one that took its place must be, if anybody's in particular. */
  userId: string | undefined
  /** Whether this one must be theirs, too. */
  isTheirs?: boolean
  /** The version of this one, if it was read before. */
  version?: string | undefined
  /** Whether this one ends also while the store cannot read. */
  isUnread?: boolean
}

/**
 * Ends sessions at their records. A record is taken from everybody before it is deleted. So whoever ends a session, and whoever
 * puts another one in its place, find each other.
 */
export class RecordEnds {
  readonly #context: StorageContext
  readonly #store: GuardedStore
  readonly #taker: RecordTaker

  constructor(context: StorageContext, store: GuardedStore) {
    this.#context = context
    this.#store = store
    this.#taker = new RecordTaker(context, store)
  }

  async recordOf(handle: string): Promise<SessionRecord | undefined> {
    return (await this.#taker.find(handle)).record
  }

  /**
   * Ends the session at this handle if its record is meant, as it was read: who has taken it over meanwhile, keeps it.
   * What another session has taken the place of is not meant.
   *
   * @param owner Whose list it stays in, should the deletion fail.
   */
  async endAsRead(
    handle: string,
    owner: string | undefined,
    isMeant: Meant['isMeant'],
  ): Promise<Exclude<Outcome, object>> {
    const outcome = await this.#taker.end(handle, { owner, isMeant })
    return typeof outcome === 'object' ? 'another' : outcome
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
    const mayLive = await retry(async () => {
      let last: Found = { handle }
      for await (last of this.#line(handle)) handle = last.handle
      const { record, version } = last
      if (record === undefined) return handle === from && by.isAgain !== true
      // The line is longer than anybody follows.
      if (record.replacedBy !== undefined) throw new SessionConflictError(mostAttempts)
      if (record.owner !== by.userId || handle === by.handle) return true
      const ended = { ...endedRecord(this.#context, record), replacedBy: by.handle }
      const text = serializeRecord(this.#context, ended, false)
      const options = { replaces: version!, expiresAt: ended.absoluteDeadline }
      if ((await this.#store.write(handle, text, options)) === undefined) return undefined
      events.emit({ type: 'destroyed', handle, userId: by.userId })
      return true
    })
    if (mayLive !== undefined) return mayLive
    throw new SessionConflictError(mostAttempts)
  }

  /**
   * The handle from which a login goes on that comes with an ended id of this record: its own. But if the session that took its
   * place has ended by now, it is that one's handle: then the login replaces nothing, and is not refused for being too late.
   */
  async replaceableFrom({ handle, replacedBy }: SessionRecord): Promise<string> {
    for await (const next of this.#line(replacedBy)) {
      if (next.record === undefined) return next.handle
    }
    return handle
  }

  /** This session, and those that took its place, one that of the other. */
  async lineFrom(handle: string): Promise<string[]> {
    const line: string[] = []
    for await (const next of this.#line(handle)) line.push(next.handle)
    return line
  }

  async *#line(from: string | undefined): AsyncGenerator<Found> {
    let handle = from
    for (let followed = 0; handle !== undefined && followed < mostSuccessors; followed++) {
      const found = await this.#taker.find(handle)
      yield found
      handle = found.record?.replacedBy
    }
  }

  /**
   * Ends the session of a visitor who asks for that, and what took its place.
   *
   * @param seen It, if it was read before. Then it ends also while the store cannot read.
   */
  async logOut(handle: string, seen: Loaded | undefined): Promise<void> {
    const userId = seen?.record.owner
    const ended = await this.endWithSuccessors(handle, {
      userId,
      version: seen?.version,
      isUnread: seen !== undefined,
    })
    // Of those in between this was told when they were replaced.
    if (ended !== undefined && ended !== handle) {
      this.#context.events.emit({ type: 'destroyed', handle: ended, userId })
    }
  }

  /**
   * Ends the session at this handle, or the one that has taken its place. What leads to that one goes last, so that a
   * failure leaves it.
   *
   * @returns The handle of the one that has ended, if there was one.
   */
  async endWithSuccessors(from: string, how: EndOptions): Promise<string | undefined> {
    try {
      return await this.#endLast(from, how)
    } catch (error) {
      // The store has told of its failure: what it cannot read, it may delete.
      const cannotRead = isSessionError(error, 'ERR_SESSION_STORE') && error.operation === 'read'
      if (!how.isUnread || !cannotRead) throw error
      await this.#store.delete(from)
      return from
    }
  }

  async #endLast(
    from: string,
    { userId, isTheirs = false, version }: EndOptions,
  ): Promise<string | undefined> {
    const replaced: string[] = []
    const isOfUser: Meant['isMeant'] = (record) => userId === undefined || record?.owner === userId
    let handle = from
    let outcome = await this.#taker.end(from, {
      isMeant: isTheirs ? isOfUser : () => true,
      owner: userId,
      version,
    })
    while (typeof outcome === 'object') {
      if (replaced.push(handle) > mostSuccessors) throw new SessionConflictError(mostSuccessors)
      handle = outcome.by
      outcome = await this.#taker.end(handle, { isMeant: isOfUser, owner: userId })
    }
    const isEnded = outcome === 'ended'
    // Somebody else's is left as it is, with what leads to it.
    if (isTheirs && !isEnded) return undefined
    // One that the store says has expired may live for a server whose clock is behind.
    if (outcome === 'missing') replaced.push(handle)
    for (const one of replaced.toReversed()) await this.#store.delete(one)
    return isEnded ? handle : undefined
  }

  /**
   * Ends all of these sessions as they were read, or none of them. In between those are gone for a moment that live on; and where
   * the process dies then, they have ended.
   *
   * @returns Those that were there. Undefined if one of them is not meant any more.
   */
  async endTogether(
    handles: readonly string[],
    owner: string,
    isMeant: Meant['isMeant'],
  ): Promise<string[] | undefined> {
    const taken = new Map<string, Emptied>()
    let areAll = false
    try {
      for (const handle of handles) {
        const outcome = await this.#taker.take(handle, { owner, isMeant })
        if (outcome === 'missing') continue
        if (outcome === 'another' || 'by' in outcome) return undefined
        taken.set(handle, outcome)
      }
      areAll = true
    } finally {
      // Who has ended one of them in earnest meanwhile, has ended it.
      if (!areAll) for (const { putBack } of taken.values()) await putBack?.().catch(() => {})
    }
    for (const handle of taken.keys()) await this.#store.delete(handle)
    return [...taken.keys()]
  }
}
