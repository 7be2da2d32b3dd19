import { configError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import { assertUserId, handleIn, ofUser } from '../record/id.ts'
import { seconds } from '../record/lifetime.ts'
import { markAs } from '../runtime/brand.ts'
import { GuardedStore } from '../store/guarded-store.ts'
import type { SessionStore } from '../store/session-store.ts'
import { confirmLogin } from './confirm-login.ts'
import { withGroups } from './groups.ts'
import type { Successor } from './home.ts'
import { NoteCache } from './note-cache.ts'
import { NotedEnds } from './noted-ends.ts'
import type { NoteScope } from './noted-subjects.ts'
import type { NotedHome, Revocable, RevocationNotes } from './revocation-notes.ts'
import type { StorageContext } from './storage-options.ts'

export type { Revocable, RevocationNotes } from './revocation-notes.ts'

export interface RevocationOptions {
  /**
   * Where the notes are kept: any store that compares and swaps, such as `createSqliteStore()` or `createRedisStore()`
   * makes. What it loses, lives again. It stays the app's to sweep and to close. Default: the store of the storage.
   * Cookie storage has none, and so needs this.
   */
  store?: SessionStore | undefined
  /**
   * How many seconds a process may go on reading what another one has ended: 0 to 300. For so long it remembers what
   * it has read. What it has ended itself, it knows at once; and what is saved asks the store in any case. With 0
   * every request with a session reads one to three notes. Default 5.
   */
  cache?: number | undefined
}

const kinds: OptionKinds<RevocationOptions> = { store: 'object', cache: 'number' }

/**
 * Ends of sessions as notes, which are looked at whenever a session is read: for the option `revocations` of a storage.
 *
 * - Cookie storage can end sessions with it, and so copies of a cookie (ASVS 7.4.1): a logout, a login and
 *   `regenerateId(true)` end the old cookie, and the storage has the methods of {@link Revocable}.
 * - Where a store cannot list a user's sessions (Memcached, unstorage, stores of express-session) `revokeAll()` and
 *   `block()` work with it.
 * - In both, `revokeGroup()` works with it and the option `groups`.
 * - Every storage has `revokeEverybody()` with it.
 *
 * All servers of an app must have it, or none. Make one for each storage.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if an option is wrong.
 */
export function createRevocations(options?: RevocationOptions): RevocationNotes {
  const own = readOptions('createRevocations()', options, kinds)
  const age = seconds('cache', own.cache ?? 5, [0, 300]) * 1000

  function notedEnds(context: StorageContext, store: GuardedStore, scope: NoteScope): NotedEnds {
    const read = async (key: string) => (await store.read(key))?.value
    const cache = new NoteCache(read, { age, now: context.now })
    return new NotedEnds(context, { store, cache, scope })
  }

  return markAs(
    {
      ofCookies(context) {
        if (own.store === undefined) {
          throw configError(
            'Cookie storage has no store for the ends of sessions. Give one: createRevocations({ store: createSqliteStore(file) })',
          )
        }
        if (own.store.evicts) {
          throw configError(
            'This store may drop what has not expired, and then ended cookies would be good again: createRevocations() ' +
              'needs one that keeps what it has, such as SQLite, a database or Redis',
          )
        }
        const scope = { sessions: true, users: true, isStrict: false }
        const store = new GuardedStore(own.store, context.events)
        return ofCookies(context, notedEnds(context, store, scope))
      },

      ofStore(context, sessions) {
        const store =
          own.store === undefined ? sessions : new GuardedStore(own.store, context.events)
        const users = !sessions.isIndexed
        return notedEnds(context, store, { sessions: false, users, isStrict: users })
      },
    },
    'createRevocations()',
  )
}

/** What cookie storage has of it: how its sessions live and end, and the methods to end them. */
function ofCookies(context: StorageContext, ends: NotedEnds): NotedHome {
  const { events, groups } = context
  const methods: Revocable = {
    async revoke(handle) {
      if (typeof handle !== 'string') throw configError('revoke() needs a handle: session.handle')
      await ends.revoke(handleIn(handle))
    },
    async revokeAll(userId, given) {
      assertUserId(userId)
      const { except } = readOptions('revokeAll()', given, { except: 'string' })
      await ends.revokeAll(userId, except && handleIn(except))
    },
    revokeEverybody: () => ends.revokeEverybody(),
    async revokeGroup(group) {
      withGroups(groups, group)
      await ends.revokeGroup(group)
    },
    block: ofUser(async (userId) => void (await ends.block(userId))),
    unblock: ofUser((userId) => ends.unblock(userId)),
    isBlocked: ofUser((userId) => ends.isBlocked(userId)),
    beginLogin: ofUser((userId) => ends.beginLogin(userId)),
  }
  async function replace(
    handle: string,
    { handle: by, userId }: Successor,
    goesOn: boolean,
  ): Promise<string | undefined> {
    const successor = await ends.replace(handle, { by, goesOn })
    if (successor !== undefined) events.emit({ type: 'destroyed', handle, userId })
    return successor
  }
  return {
    methods,
    unlessEnded: (found, mayEnd) => ends.unlessEnded(found, mayEnd),
    home: {
      admit: (state, base) => ends.admit(state, base),
      async confirmId({ loaded }, { record: { handle, owner } }) {
        const former = loaded?.record.handle
        if (former === undefined || former === handle) return undefined
        const successor = await replace(former, { handle, userId: owner }, true)
        // Of two new ids at once the first one counts: no end of the session would find the other.
        if (successor === handle) return undefined
        return successor === undefined ? 'revoked' : 'rotated'
      },
      confirmLogin,
      end: (handle, seen) => ends.end(handle, seen?.record),
      endAsSeen: (loaded) => ends.endAsSeen(loaded),
      lossOf: (record, isFresh) => ends.lossOf(record, isFresh),
      refusalOf: (login, handle) => ends.refusalOf(login, handle),
      // Of two logins at once each has a session of its own: both have proved who they are.
      replace: async (former, by) => (await replace(former, by, false)) !== undefined,
      ...(groups && { enterGroup: async () => {} }),
    },
  }
}
