import { decodeRecord, encodeRecord, type SessionRecord } from '../record/record.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { mostAttempts, retry } from '../store/retry.ts'
import { emptyRecord } from './ended-ids.ts'
import type { StorageContext } from './storage-options.ts'

/** Milliseconds that a store keeps an emptied record which it failed to delete. */
const emptyFor = 300_000

/** What became of a session that was to end; or the handle of the one that has taken its place. */
export type Outcome = 'ended' | 'missing' | 'another' | { by: string }

/** A session that nobody can use any more, and how it comes back as it was, if that can be. */
export interface Emptied {
  putBack?: () => Promise<void>
}

/** What is stored at a handle: no record if it is none, and no version if there is nothing. */
export interface Found {
  handle: string
  record?: SessionRecord | undefined
  version?: string | undefined
}

export interface Meant {
  isMeant: (record: SessionRecord | undefined) => boolean
  /** Whose list it stays in, should the deletion fail. */
  owner?: string | undefined
  /** The version under which it was read before, and was meant. */
  version?: string | undefined
}

/**
 * Takes a session from everybody. Because stores delete without comparing, a record is emptied first, which is compared. Nobody
 * can take over what is empty.
 */
export class RecordTaker {
  readonly #context: StorageContext
  readonly #store: GuardedStore

  constructor(context: StorageContext, store: GuardedStore) {
    this.#context = context
    this.#store = store
  }

  async find(handle: string): Promise<Found> {
    const stored = await this.#store.read(handle)
    return { handle, record: stored && this.#decode(stored.value), version: stored?.version }
  }

  /** Ends the session at this handle if its record is meant. */
  async end(handle: string, meant: Meant): Promise<Outcome> {
    const outcome = await this.take(handle, meant)
    if (typeof outcome === 'string' || 'by' in outcome) return outcome
    await this.#store.delete(handle)
    return 'ended'
  }

  /** Empties a record that is meant. What cannot be emptied, is to be deleted all the same. */
  async take(
    handle: string,
    { isMeant, owner, version }: Meant,
  ): Promise<Exclude<Outcome, 'ended'> | Emptied> {
    const { isAtomic } = this.#store
    if (version !== undefined && isAtomic) {
      const emptied = await this.#empty(handle, owner, version).catch(() => undefined)
      if (emptied !== undefined) return {}
    }
    const taken = await retry(async (attempt) => {
      const stored = await this.#store.read(handle)
      if (stored === undefined) return 'missing'
      const record = this.#decode(stored.value)
      if (record?.replacedBy !== undefined) return { by: record.replacedBy }
      if (!isMeant(record)) return 'another'
      // However often it is written meanwhile, it ends.
      if (attempt === mostAttempts || !isAtomic) return {}
      const list = record?.owner ?? owner
      try {
        const replaces = await this.#empty(handle, list, stored.version)
        if (replaces !== undefined) {
          return { putBack: () => this.#putBack(stored.value, record, replaces) }
        }
      } catch {
        // A store may be full, and delete all the same. It has told of its failure.
        return {}
      }
      return undefined
    })
    return taken!
  }

  /** @returns Its version then. Undefined if somebody else was first. */
  #empty(handle: string, owner: string | undefined, replaces: string): Promise<string | undefined> {
    // Over by every clock.
    const text = encodeRecord(emptyRecord(handle, 0, 0), this.#context)
    const expiresAt = this.#context.now() + emptyFor
    return this.#store.write(handle, text, { replaces, expiresAt, owner })
  }

  async #putBack(text: string, record: SessionRecord | undefined, replaces: string): Promise<void> {
    if (record === undefined) return
    const { lifetime } = this.#context
    const expiresAt = lifetime.keptUntil?.(record) ?? lifetime.end(record)
    const { handle, owner } = record
    await this.#store.write(handle, text, { replaces, expiresAt, owner })
  }

  /** What has been emptied is nothing. */
  #decode(text: string): SessionRecord | undefined {
    const record = decodeRecord(text, this.#context.codec)
    return record?.absoluteDeadline === 0 ? undefined : record
  }
}
