import { configError } from '../errors.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { isHandle } from '../record/id.ts'
import { openRecord } from './life-cycle.ts'
import type { SessionRecord } from '../record/record.ts'
import { pause } from './save.ts'
import type { Login } from '../session/session-state.ts'
import { isIndexed, type IndexedStore, type SessionStore } from '../store/session-store.ts'
import type { StorageContext } from './storage-options.ts'

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

/**
 * Says that a user's sessions were all ended, and when. It is kept in the store for logins that were
 * under way: such a login writes its session first and looks for this afterwards, while `revokeAll`
 * writes this first and looks for sessions afterwards. So one of the two sees the other.
 */
interface Revocation {
  revokedAt: number
  except?: string | undefined
  /** When the one that this one spares was last ended by another. */
  exceptRevokedAt?: number | undefined
}

/** What both have ended. */
function joined(one: Revocation, other: Revocation): Revocation {
  const [earlier, later] = one.revokedAt < other.revokedAt ? [one, other] : [other, one]
  const ended = earlier.except === later.except ? earlier.exceptRevokedAt : earlier.revokedAt
  return { ...later, exceptRevokedAt: Math.max(ended ?? 0, later.exceptRevokedAt ?? 0) }
}

function ends(revocation: Revocation, handle: string, at: number): boolean {
  const { revokedAt, except, exceptRevokedAt = 0 } = revocation
  return (handle === except ? exceptRevokedAt : revokedAt) > at
}

const maxAttempts = 20

/** The sessions of one user: listing and ending them. */
export class OwnedSessions {
  readonly #context: StorageContext
  readonly #store: SessionStore
  readonly #guarded: GuardedStore

  constructor(context: StorageContext, store: SessionStore, guarded: GuardedStore) {
    this.#context = context
    this.#store = store
    this.#guarded = guarded
  }

  async list(userId: string): Promise<SessionInfo[]> {
    const records = await Promise.all(
      (await this.#handlesOf(userId)).map((handle) => this.#recordOf(handle, userId)),
    )
    return records
      .filter((record) => record !== undefined)
      .map((record) => ({
        handle: record.handle,
        userId,
        label: record.label,
        createdAt: record.createdAt,
        authenticatedAt: record.authenticatedAt,
        lastUsedAt: record.lastUsedAt,
        expiresAt: this.#context.lifetime.end(record),
      }))
      .sort((a, b) => b.lastUsedAt - a.lastUsedAt)
  }

  async revoke(handle: string, userId: string | undefined): Promise<void> {
    if (!isHandle(handle)) return
    if (userId !== undefined && !(await this.#recordOf(handle, userId))) return
    await this.#end(handle, userId)
  }

  async #end(handle: string, userId: string | undefined): Promise<void> {
    await this.#guarded.delete(handle)
    this.#context.events.emit({ type: 'revoked', handle, userId })
  }

  async revokeAll(userId: string, except: string | undefined): Promise<number> {
    this.#indexed()
    await this.#announce(userId, { revokedAt: this.#context.now(), except })
    let revoked = 0
    for (const handle of await this.#handlesOf(userId)) {
      if (handle === except || !(await this.#recordOf(handle, userId))) continue
      await this.#end(handle, userId)
      revoked++
    }
    return revoked
  }

  /** Whether all sessions of the user were ended after this login, so that it must not stand. */
  async wasRevokedSince(
    { userId, at }: Pick<Login, 'userId' | 'at'>,
    handle: string,
  ): Promise<boolean> {
    if (!isIndexed(this.#store)) return false
    const stored = await this.#guarded.read(await revocationKey(userId))
    if (stored === undefined) return false
    const revocation = parseRevocation(stored.value)
    // One that cannot be read may have been meant for this login.
    if (revocation === undefined) return true
    return ends(revocation, handle, at)
  }

  async #announce(userId: string, revocation: Revocation): Promise<void> {
    const key = await revocationKey(userId)
    const { lifetime, now } = this.#context
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const stored = await this.#guarded.read(key)
      const before = stored && parseRevocation(stored.value)
      const both = before ? joined(before, revocation) : revocation
      const written = await this.#guarded.write(key, JSON.stringify(both), {
        replaces: stored?.version ?? null,
        expiresAt: lifetime.horizon(now()),
      })
      if (written !== undefined) return
      await pause(attempt + 1)
    }
    throw this.#guarded.failure('write', new Error('the revocation could not be written'))
  }

  async #handlesOf(userId: string): Promise<readonly string[]> {
    const store = this.#indexed()
    try {
      return (await store.keysOf(userId)).filter(isHandle)
    } catch (error) {
      throw this.#guarded.failure('list', error)
    }
  }

  async #recordOf(handle: string, userId: string): Promise<SessionRecord | undefined> {
    const stored = await this.#guarded.read(handle)
    const record = stored && (await openRecord(this.#context, stored.value, handle))
    return record?.owner === userId ? record : undefined
  }

  #indexed(): IndexedStore {
    if (isIndexed(this.#store)) return this.#store
    throw configError(
      'This store cannot list the sessions of a user. Use one with an index, such as memory or fs.',
    )
  }
}

async function revocationKey(userId: string): Promise<string> {
  return `revoked-${await cryptoBackend.sha256(userId)}`
}

function parseRevocation(text: string): Revocation | undefined {
  try {
    const revocation = JSON.parse(text) as Partial<Revocation> | null
    return typeof revocation?.revokedAt === 'number' ? (revocation as Revocation) : undefined
  } catch {
    return undefined
  }
}
