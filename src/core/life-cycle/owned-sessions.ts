import { RevokeError, SessionConflictError } from '../errors.ts'
import { isHandle, parseSessionId } from '../record/id.ts'
import { decodeRecord, type SessionRecord } from '../record/record.ts'
import { inBatches } from '../runtime/in-batches.ts'
import { pause } from '../runtime/pause.ts'
import { asTurn } from '../runtime/turns.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { Successor } from './home.ts'
import { endedRecord, serializeRecord } from './next-record.ts'
import type { Revocations } from './revocations.ts'
import type { StorageContext } from './storage-options.ts'

const maxAttempts = 20

/** A live session, as it may be shown to its user. Instants are milliseconds since the epoch. */
export interface SessionInfo {
  handle: string
  userId: string
  label: string | undefined
  createdAt: number
  authenticatedAt: number | undefined
  /** Good to a tenth of the idle timeout. */
  lastUsedAt: number
  expiresAt: number
}

/** The sessions of one user: listing and ending them. */
export class OwnedSessions {
  readonly #context: StorageContext
  readonly #store: GuardedStore
  readonly #revocations: Revocations

  constructor(context: StorageContext, store: GuardedStore, revocations: Revocations) {
    this.#context = context
    this.#store = store
    this.#revocations = revocations
  }

  async list(userId: string): Promise<SessionInfo[]> {
    const { lifetime, now } = this.#context
    const records = await inBatches(await this.#handlesOf(userId), (handle) =>
      this.#recordOf(handle),
    )
    return records
      .flatMap((record) => {
        const end = record?.owner === userId ? lifetime.endIfLive(record, now()) : undefined
        return end === undefined ? [] : [infoOf(record!, userId, end)]
      })
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt)
  }

  /** @param userId Ends it only if it is this user's. */
  async revoke(handleOrId: string, userId: string | undefined): Promise<void> {
    const handle = parseSessionId(handleOrId)?.handle ?? handleOrId
    if (!isHandle(handle)) return
    if (userId !== undefined && (await this.#recordOf(handle))?.owner !== userId) return
    await this.#end(handle, userId)
  }

  /**
   * Ends the session at this handle if it is the user's: another one of theirs has taken its place. Its ids
   * are remembered for a moment, so that no request which is on its way puts a new session over that one;
   * and a further login with one of them finds the session that it replaces now.
   *
   * @returns Whether that one may live: not if the session that took this one's place has been ended.
   */
  async replace(from: string, by: Successor): Promise<boolean> {
    const { codec, events } = this.#context
    let handle = from
    let attempt = 1
    while (attempt <= maxAttempts) {
      const stored = await this.#store.read(handle)
      const record = stored && decodeRecord(stored.value, codec, [])
      if (record?.replacedBy !== undefined) {
        handle = record.replacedBy
        continue
      }
      if (record === undefined) return handle === from
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
   * Ends the session at this handle, and those of the same user that took its place. The last one ends first, so that a
   * failure leaves what leads to it.
   *
   * @param seen Its record, if it was read before. Then it ends also while the store cannot read.
   */
  async endWithSuccessors(from: string, seen: SessionRecord | undefined): Promise<void> {
    const successors: string[] = []
    try {
      await this.#follow(from, seen?.owner, successors)
    } catch (error) {
      // The store has told of its failure: who logs out meanwhile, is logged out.
      if (seen === undefined) throw error
    }
    for (const handle of successors) await this.#store.delete(handle)
    await this.#store.delete(from)
  }

  /** Notes the sessions that took the place of this one, as far as they are its user’s: the last one first. */
  async #follow(from: string, owner: string | undefined, found: string[]): Promise<void> {
    let handle = (await this.#recordOf(from))?.replacedBy
    while (handle !== undefined) {
      const record = await this.#recordOf(handle)
      const isTheirs = owner === undefined || record?.owner === owner
      if (record?.replacedBy === undefined && !isTheirs) return
      found.unshift(handle)
      handle = record?.replacedBy
    }
  }

  /**
   * Ends what is listed of the user, whatever its deadlines say: this process's clock and options need not
   * be those of the one that serves it. All are tried before a failure is told.
   */
  async revokeAll(userId: string, except: string | undefined): Promise<number> {
    const failures: unknown[] = []
    let ended = 0
    const endIfTheirs = async (handle: string): Promise<void> => {
      try {
        const stored = await this.#store.read(handle)
        if (stored !== undefined && this.#isOthers(stored.value, userId)) return
        // One that the store says has expired may live for a server whose clock is behind.
        if (stored === undefined) return await this.#store.delete(handle)
        await this.#end(handle, userId)
        ended++
      } catch (error) {
        failures.push(error)
      }
    }
    if (!this.#store.isIndexed) await this.#store.keysOf(userId)
    await asTurn(userId, async (turn) => {
      await this.#revocations
        .announce(userId, except, turn)
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

  async #end(handle: string, userId: string | undefined): Promise<void> {
    await this.#store.delete(handle)
    this.#context.events.emit({ type: 'revoked', handle, userId })
  }

  async #handlesOf(userId: string): Promise<readonly string[]> {
    return (await this.#store.keysOf(userId)).filter(isHandle)
  }

  async #recordOf(handle: string): Promise<SessionRecord | undefined> {
    const stored = await this.#store.read(handle)
    return stored && decodeRecord(stored.value, this.#context.codec, [])
  }

  /** A record that cannot be read may be one that another release of the app can read. */
  #isOthers(text: string, userId: string): boolean {
    const record = decodeRecord(text, this.#context.codec, [])
    return record !== undefined && record.owner !== userId
  }
}

function infoOf(record: SessionRecord, userId: string, expiresAt: number): SessionInfo {
  const { handle, label, createdAt, authenticatedAt, lastUsedAt } = record
  return { handle, userId, label, createdAt, authenticatedAt, lastUsedAt, expiresAt }
}
