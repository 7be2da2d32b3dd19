import type { SessionStore, StoredRecord } from '../../core/store/session-store.ts'

/** A store in the process, for cases that are not about stores: nothing expires in it. */
export function createMapStore(): SessionStore {
  const records = new Map<string, StoredRecord>()
  let version = 0
  return {
    read: async (key) => records.get(key),
    async write(key, value, { replaces }) {
      if ((records.get(key)?.version ?? null) !== replaces) return undefined
      records.set(key, { value, version: String(++version) })
      return String(version)
    },
    async delete(key) {
      records.delete(key)
    },
  }
}
