import { parseStoreId } from '../record/id.ts'
import type { SessionRecord } from '../record/record.ts'
import { openHeld, type Loaded } from '../record/standing.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import type { Login } from '../session/wishes.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { confirmLogin } from './confirm-login.ts'
import { endedIds } from './ended-ids.ts'
import type { Groups } from './groups.ts'
import type { EndedAsSeen, Finding, Home, Lost, Refusal, Unwritten } from './home.ts'
import type { NotedEnds } from './noted-ends.ts'
import type { OwnedSessions } from './owned-sessions.ts'
import type { RecordEnds } from './record-ends.ts'
import type { Revocations } from './revocations.ts'
import type { Seats } from './seats.ts'
import type { StorageContext } from './storage-options.ts'

interface Endings {
  owned: OwnedSessions
  revocations: Revocations
  /** If the notes are looked at when a session is read. */
  noted: NotedEnds | undefined
  /** If users may have so many sessions and no more. */
  seats: Seats | undefined
  /** If sessions may be of groups. */
  groups: Groups | undefined
}

/** Records in a store, each under its handle: the cookie holds the id, and the record the hash of its secret. */
export class StoreHome implements Home {
  readonly proofOf: Home['proofOf'] = cryptoBackend.sha256
  readonly endedIds: Home['endedIds'] = endedIds
  readonly confirmLogin: Home['confirmLogin'] = confirmLogin
  readonly #context: StorageContext
  readonly #store: GuardedStore
  readonly #ends: RecordEnds
  readonly #revocations: Revocations
  readonly #noted: NotedEnds | undefined
  readonly admit: Home['admit']
  readonly expectSeat: Home['expectSeat']
  readonly takeSeat: Home['takeSeat']
  readonly isFull: Home['isFull']
  readonly lossOf: Home['lossOf']
  readonly enterGroup: Home['enterGroup']
  readonly #groups: Groups | undefined

  constructor(
    context: StorageContext,
    store: GuardedStore,
    { owned, revocations, noted, seats, groups }: Endings,
  ) {
    this.#context = context
    this.#store = store
    this.#ends = owned.ends
    this.#revocations = revocations
    this.#noted = noted
    this.#groups = groups
    this.enterGroup = groups?.enter.bind(groups)
    this.expectSeat = seats?.expect.bind(seats)
    this.takeSeat = seats?.take.bind(seats)
    this.isFull = seats?.isFull.bind(seats)
    this.admit = noted?.admit.bind(noted)
    this.lossOf = noted?.lossOf.bind(noted)
  }

  async find(value: string, mayEnd?: boolean): Promise<Finding> {
    const { events } = this.#context
    const parts = parseStoreId(value)
    if (parts === undefined) {
      events.emit({ type: 'tampered', reason: 'id' })
      return undefined
    }
    const { handle, secret } = parts
    const stored = await this.#store.read(handle)
    if (stored === undefined) return undefined
    const hash = cryptoBackend.sha256(secret)
    const secretHash = typeof hash === 'string' ? hash : await hash
    const opened = openHeld(this.#context, stored, { handle, secretHash })
    if (opened === undefined) return undefined
    if ('by' in opened) {
      const found = { id: value, loaded: opened }
      return this.#noted === undefined ? found : this.#noted.unlessEnded(found, mayEnd)
    }
    const { record, standing } = opened
    if (standing === 'retired') return { retiredFrom: await this.#ends.replaceableFrom(record) }
    const about = { handle, userId: record.owner }
    if (standing === 'reused') {
      events.emit({ type: 'reused-old-id', ...about })
      if (mayEnd && this.#context.endsReused) await this.#endReused(record)
    } else events.emit({ type: 'tampered', reason: 'secret', ...about })
    return undefined
  }

  /** Ends the session of this record, one of whose old ids has come back. */
  async #endReused({ handle, owner: userId }: SessionRecord): Promise<void> {
    // One that somebody else has taken over by now lives on, and so does what a login with an id before this one put in its place.
    const outcome = await this.#ends.endAsRead(
      handle,
      userId,
      (record) => record !== undefined && record.owner === userId,
    )
    if (outcome === 'ended') this.#context.events.emit({ type: 'revoked', handle, userId })
  }

  async reload({ record, by }: Loaded): Promise<Loaded | Lost> {
    const { handle } = record
    const { secretHash } = by === 'current' ? record : record.previous!
    const stored = await this.#store.read(handle)
    const held = { handle, secretHash, mayBeOver: true }
    const opened = stored && openHeld(this.#context, stored, held)
    if (opened === undefined) return { lost: 'gone' }
    return 'by' in opened ? opened : { lost: 'rotated' }
  }

  write(
    { record, text, expiresAt }: Unwritten,
    replaces: string | null,
  ): Promise<string | undefined> {
    const { handle, owner } = record
    const keptUntil = this.#context.lifetime.keptUntil?.(record) ?? expiresAt
    return this.#store.write(handle, text, { replaces, expiresAt: keptUntil, owner })
  }

  delete(handle: string): Promise<void> {
    return this.#store.delete(handle)
  }

  end(handle: string, seen: Loaded | undefined): Promise<void> {
    return this.#ends.logOut(handle, seen)
  }

  async endAsSeen({ record: seen }: Loaded): Promise<EndedAsSeen> {
    const { handle, owner } = seen
    const isMeant = (record?: SessionRecord) => isOfSameLogin(record, seen)
    const outcome = await this.#ends.endAsRead(handle, owner, isMeant)
    return outcome === 'ended' ? { handle } : outcome
  }

  async replace(handle: string, by: Login & { handle: string }): Promise<boolean> {
    const proved = by.isAgain ? await this.#ends.recordOf(by.handle) : undefined
    if (proved !== undefined) {
      const { authenticatedAt = proved.createdAt } = proved
      // What ends all sessions of the user may have listed them before this one, and it is as old as the one that it proves.
      const at = authenticatedAt - this.#context.clockTolerance
      if (await this.refusalOf({ ...by, at, since: undefined }, handle)) return false
    }
    return this.#ends.replace(handle, by)
  }

  /** Without an index and without notes `revokeAll` cannot be, and so cannot have been. */
  async refusalOf(login: Login, handle: string): Promise<Refusal | undefined> {
    const isListed = this.#store.isIndexed
    const refusal = isListed ? await this.#revocations.refusalOf(login, handle) : undefined
    if (refusal !== undefined) return refusal
    const ofGroup = login.group && (await this.#groups?.refusalOf(login, handle))
    return ofGroup ?? this.#noted?.refusalOf(login, handle)
  }
}

/**
 * Whether the session stands on the login that it stood on, or has still none. Its ids do not tell: of several new ones the record
 * may have forgotten the first.
 */
function isOfSameLogin(record: SessionRecord | undefined, seen: SessionRecord): boolean {
  return (
    record !== undefined &&
    record.authenticatedAt === seen.authenticatedAt &&
    record.terms?.confirmedAt === seen.terms?.confirmedAt
  )
}
