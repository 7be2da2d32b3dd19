import type { Backend } from './open-backend.ts'

/* Stores that break their promises: the rules must notice each of them. */

type Store = Backend['store']

export type Sabotage =
  | 'writes blindly'
  | 'writes what has gone'
  | 'deletes late'
  | 'reads what was'
  | 'forgets'
  | 'lists too little'

const ways: Record<Sabotage, (store: Store) => Partial<Store>> = {
  /** The last one wins, as in stores without compare-and-swap. */
  'writes blindly': (store) => ({
    async write(key, value, options) {
      const there = await store.read(key)
      return store.write(key, value, { ...options, replaces: there?.version ?? null })
    },
  }),

  /** SET, where it should be a compare-and-swap that never creates. */
  'writes what has gone': (store) => ({
    async write(key, value, options) {
      const version = await store.write(key, value, options)
      if (version !== undefined || (await store.read(key)) !== undefined) return version
      return store.write(key, value, { ...options, replaces: null })
    },
  }),

  /** It says that it has deleted before it has. */
  'deletes late': (store) => ({
    async delete(key) {
      setTimeout(() => store.delete(key), 20)
    },
  }),

  /** Now and then it takes a failure for nothing there. */
  forgets: (store) => {
    let reads = 0
    return { read: async (key) => (++reads % 30 === 0 ? undefined : store.read(key)) }
  },

  /** It leaves one out. */
  'lists too little': (store) => ({
    keysOf: async (owner) => (await store.keysOf!(owner)).slice(1),
  }),

  /** A cache in front of the store. */
  'reads what was': (store) => {
    const cache = new Map<string, { at: number; found: Awaited<ReturnType<Store['read']>> }>()
    return {
      async read(key) {
        const cached = cache.get(key)
        if (cached !== undefined && performance.now() - cached.at < 20) return cached.found
        const found = await store.read(key)
        cache.set(key, { at: performance.now(), found })
        return found
      },
    }
  },
}

export function sabotaged(store: Store, way: Sabotage): Store {
  return { ...store, ...ways[way](store) }
}
