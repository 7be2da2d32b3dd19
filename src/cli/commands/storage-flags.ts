import {
  createSessionStorage,
  type ServerSessionStorage,
} from '../../core/life-cycle/session-storage.ts'
import { longestLifetime } from '../../core/record/lifetime.ts'
import { type Flag, type Given, UsageError } from '../command.ts'
import { openStore, type OpenedStore } from '../stores/open.ts'

export const storageFlags: Record<string, Flag> = {
  storage: {
    takes: '<url>',
    says: 'where the sessions are. Default: SESSION_STORAGE, the place for a URL with a password',
  },
  table: { takes: '<name>', says: 'the table, in SQLite and SQL databases. Default sessions' },
  prefix: { takes: '<text>', says: 'what the keys begin with, in Redis. Default session:' },
}

export const jsonFlag: Record<string, Flag> = { json: { says: 'prints JSON, for programs' } }

/** Where the sessions are, if it was said. */
export function storageUrl(given: Given): string | undefined {
  return given.text('storage') ?? (process.env['SESSION_STORAGE'] || undefined)
}

/** Opens what `--storage` names, and lets go of it however the work ends. */
export async function withStore<T>(
  given: Given,
  work: (opened: OpenedStore) => Promise<T>,
): Promise<T> {
  const url = storageUrl(given)
  if (url === undefined) throw new UsageError('It needs --storage <url>, or SESSION_STORAGE.')
  const { table, prefix } = { table: given.text('table'), prefix: given.text('prefix') }
  const opened = await openStore(url, { table, prefix })
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}

/**
 * A storage that ends sessions. The app's timeouts are not known here, so that notes of what was ended are kept for as long as any
 * session can live.
 */
export function withStorage<T>(
  given: Given,
  work: (storage: ServerSessionStorage) => Promise<T>,
): Promise<T> {
  const options = { idleTimeout: longestLifetime, absoluteTimeout: longestLifetime }
  return withStore(given, ({ store }) => work(createSessionStorage(store, options)))
}
