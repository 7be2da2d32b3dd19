import { configError } from '../errors.ts'
import { isHandle } from '../record/id.ts'
import { markAs } from '../runtime/brand.ts'
import { cryptoBackend } from '../runtime/crypto/choose.ts'
import { subjectOfGroup } from '../runtime/turns.ts'
import type { Login } from '../session/wishes.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import { retry } from '../store/retry.ts'
import { endListed } from './end-listed.ts'
import type { Groups, SessionGroups } from './groups.ts'
import type { Refusal } from './home.ts'
import type { NotedEnds } from './noted-ends.ts'
import type { RecordEnds } from './record-ends.ts'
import { clockDifference, Revocations } from './revocations.ts'
import type { StorageContext } from './storage-options.ts'

const linkSyntax = /^group-(.{22})\./

/**
 * Groups of sessions that end together, for the option `groups` of a storage: `session.login(userId, { group })` puts a
 * session into one, and `storage.revokeGroup(group)` ends them. For OpenID Connect back-channel logout the group is the
 * `sid` of the provider (ASVS 7.6.1). A login with a group costs two writes or three more; other requests nothing.
 *
 * The store must list a user's sessions, and keep what it has. Any other, and cookie storage, needs the option `revocations`
 * beside this one: then the end of a group is a note, which is looked at when one of its sessions is read.
 */
export function createSessionGroups(): SessionGroups {
  return markAs(
    {
      ofStore(context, store, { owned, noted }) {
        if (store.isIndexed && !store.evicts) return new ListedGroups(context, store, owned.ends)
        if (!store.isIndexed && noted !== undefined) return notedGroups(noted)
        throw configError(
          'groups needs a store that lists the sessions of a user and keeps what it has, such as memory, fs, SQLite, Redis or a ' +
            'database. Where a store cannot list them, give the option revocations, too: createRevocations()',
        )
      },
      ofCookies() {
        throw configError(
          'Cookie storage knows nobody’s sessions, so it cannot end those of a group: give the option revocations, too, or use a ' +
            'storage on the server',
        )
      },
    },
    'createSessionGroups()',
  )
}

/** Where no session can be listed, a group is one more subject of the notes that are looked at anyway (decision 048). */
function notedGroups(noted: NotedEnds): Groups {
  return {
    enter: async () => {},
    // The notes of its user and of everybody are asked for the same: so they are asked together.
    refusalOf: async () => undefined,
    revoke: (group) => noted.revokeGroup(group),
  }
}

/**
 * A session of a group has a link: a record beside its own, which the store lists under the group as it lists sessions
 * under their user. The link is written first, then the session, and then the login looks for the note that the group was
 * ended; `revoke` writes the note first and lists links afterwards. So one of the two sees the other (decision 034).
 */
class ListedGroups implements Groups {
  readonly #context: StorageContext
  readonly #store: GuardedStore
  readonly #ends: RecordEnds
  readonly #revocations: Revocations

  constructor(context: StorageContext, store: GuardedStore, ends: RecordEnds) {
    this.#context = context
    this.#store = store
    this.#ends = ends
    this.#revocations = new Revocations(context, store)
  }

  async enter(group: string, handle: string): Promise<void> {
    const { lifetime, now } = this.#context
    const hash = await cryptoBackend.sha256(group)
    const key = linkOf(handle, hash)
    const expiresAt = lifetime.horizon(now()) + clockDifference
    const written = await retry(async (attempt) => {
      // A login before may have been of the same group: then the link must live as long as this one.
      const stored = attempt === 1 ? undefined : await this.#store.read(key)
      const options = { replaces: stored?.version ?? null, expiresAt, owner: ownerOf(hash) }
      return this.#store.write(key, '{}', options)
    })
    if (written !== undefined) return
    throw this.#store.failure('write', new Error('the group of a session could not be written'))
  }

  async refusalOf(login: Login, handle: string): Promise<Refusal | undefined> {
    const { name, turn } = login.group!
    const noted = await this.#revocations.noted(subjectOfGroup(name))
    return this.#revocations.judge({ ...login, turn, since: undefined }, handle, noted)
  }

  async revoke(group: string): Promise<number> {
    const hash = await cryptoBackend.sha256(group)
    const parts = { store: this.#store, ends: this.#ends, revocations: this.#revocations }
    return endListed(this.#context, parts, {
      subject: subjectOfGroup(group),
      how: { except: undefined },
      list: async () => {
        const keys = await this.#store.keysOf(ownerOf(hash))
        return keys.map((key) => linkSyntax.exec(key)?.[1]).filter(isHandle)
      },
      userOf: async (handle) => (await this.#ends.recordOf(handle))?.owner,
      isMeant: ({ terms }) => terms?.group === group,
      afterEnd: (handle) => this.#store.delete(linkOf(handle, hash)),
    })
  }
}

function linkOf(handle: string, hash: string): string {
  return `group-${handle}.${hash.slice(0, 22)}`
}

function ownerOf(hash: string): string {
  return `group-${hash}`
}
