import type { IndexedStore } from 'coatcheck'
import { lockOf } from 'coatcheck/accounts'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { lifetimes } from './plan.ts'
import type { Setting } from './search.ts'
import type { Storage } from './world.ts'

/* Stores and storages that break a promise: the rules must notice each of them. */

type Spoil<T> = (sound: T, now: () => number) => Partial<T>

function onStore(spoil: Spoil<IndexedStore>): Partial<Setting> {
  return {
    openStore: (now) => {
      const store = createMemoryStore({ now })
      return { ...store, ...spoil(store, now) }
    },
  }
}

function onStorage(spoil: (sound: Storage) => Partial<Storage>): Partial<Setting> {
  return { spoil: (storage) => ({ ...storage, ...spoil(storage) }) }
}

/** Where sessions wait for their users. */
function locking(setting: Partial<Setting>): Partial<Setting> {
  return { ...setting, locks: true }
}

export const sabotages: Record<string, Partial<Setting>> = {
  'a store whose write ignores what it replaces': onStore((store) => ({
    write: async (key, value, options) => {
      const there = await store.read(key)
      return store.write(key, value, { ...options, replaces: there?.version ?? null })
    },
  })),

  'a store that writes what has gone': onStore((store) => ({
    write: async (key, value, options) =>
      (await store.write(key, value, options)) ??
      ((await store.read(key))
        ? undefined
        : store.write(key, value, { ...options, replaces: null })),
  })),

  'a store that deletes later': onStore((store) => ({
    delete: async (key) => void setTimeout(() => void store.delete(key), 20),
  })),

  'a store that deletes nothing': onStore(() => ({ delete: async () => {} })),

  'a store that reads what was': onStore((store) => {
    const before = new Map<string, Awaited<ReturnType<IndexedStore['read']>>>()
    return {
      read: async (key) => {
        const found = await store.read(key)
        const older = before.get(key)
        before.set(key, found)
        return older ?? found
      },
    }
  }),

  'a store that takes a failure for nothing there': onStore((store) => {
    let reads = 0
    return { read: async (key) => (++reads % 30 === 0 ? undefined : store.read(key)) }
  }),

  'an index that forgets': onStore((store) => ({
    keysOf: async (owner) => (await store.keysOf(owner)).slice(1),
  })),

  'an index of first owners only': onStore((store) => ({
    write: (key, value, options) =>
      store.write(
        key,
        value,
        options.replaces === null ? options : { ...options, owner: undefined },
      ),
  })),

  'a storage that swallows a revocation': onStorage(() => ({ revoke: async () => {} })),

  'a storage that swallows every revocation of all': onStorage(() => ({
    revokeAll: async () => 0,
  })),

  'a storage that ends only what is listed': onStorage((storage) => ({
    revokeAll: async (userId, { except } = {}) => {
      const sessions = await storage.sessionsOf(userId)
      const ended = sessions.filter(({ handle }) => handle !== except)
      for (const { handle } of ended) await storage.revoke(handle)
      return ended.length
    },
  })),

  'a storage that spares nobody': onStorage((storage) => ({
    revokeAll: (userId) => storage.revokeAll(userId),
  })),

  'a storage that ends sessions of anybody': onStorage((storage) => ({
    revoke: (handle) => storage.revoke(handle),
  })),

  'a storage that swallows a logout': onStorage((storage) => ({
    save: async (session) => (session.destroyed ? '' : storage.save(session)),
  })),

  'a storage for which an id that comes back is nothing': onStorage((storage) => ({
    read: (value, options) => storage.read(value, { ...options, isOneOfSeveral: true }),
  })),

  'a storage that ends a session for an id that is still on its way': onStorage((storage) => ({
    read: async (value, options) => {
      const session = await storage.read(value, options)
      if (session.isNew && value) await storage.revoke(value)
      return session
    },
  })),

  'a storage that lists everybody’s sessions': onStorage((storage) => ({
    sessionsOf: async () => [
      ...(await storage.sessionsOf('ada')),
      ...(await storage.sessionsOf('bob')),
    ],
  })),

  'a storage for which a failing store is a stranger': onStorage((storage) => ({
    read: (value, options) => storage.read(value, options).catch(() => storage.read(null, options)),
  })),

  'a storage that says it has saved when it has not': onStorage((storage) => ({
    save: (session) => storage.save(session).catch(() => session.id),
  })),

  'a storage that unlocks a session for anybody': locking(
    onStorage((storage) => ({
      read: async (value, options) => {
        const session = await storage.read(value, options)
        if (lockOf(session) !== undefined) session.reauthenticate()
        return session
      },
    })),
  ),

  'a storage that ends no session of a user of whom one is locked': locking(
    onStorage((storage) => ({
      revokeAll: async (userId, options) => {
        const sessions = await storage.sessionsOf(userId)
        return sessions.some(({ isLocked }) => isLocked) ? 0 : storage.revokeAll(userId, options)
      },
    })),
  ),

  'a storage that does not follow a session to the one that has taken its place': locking(
    onStorage((storage) => ({
      revoke: async (handle, options) => {
        const all = [...(await storage.sessionsOf('ada')), ...(await storage.sessionsOf('bob'))]
        if (all.some((one) => one.handle === handle)) await storage.revoke(handle, options)
      },
    })),
  ),

  'a store that keeps no locked session': locking(
    onStore((store, now) => ({
      write: (key, value, options) => {
        const expiresAt = Math.min(options.expiresAt, now() + lifetimes.idleTimeout * 1000)
        return store.write(key, value, { ...options, expiresAt })
      },
    })),
  ),
}
