import type { IndexedStore, SessionStore, SweepableStore } from 'coatcheck'
import type { StoreOperation } from './history.ts'
import type { Journal } from './journal.ts'
import type { RecordAction } from './record-model.ts'
import type { SessionClock } from './session-clock.ts'

type AnyStore = SessionStore &
  Partial<Pick<IndexedStore & SweepableStore, 'keysOf' | 'deleteExpired'>>

/** Writes down what a store is asked, and what it answers. Each text that is kept gets a name of its own. */
export function recordingStore(
  store: AnyStore,
  journal: Journal,
  process: string,
  clock: SessionClock,
): AnyStore {
  const { keysOf, deleteExpired } = store
  const names = new Map<string, string>()
  const placeOf = (key: string, version: string) => `${key} ${version}`

  async function recorded<T>(
    key: string,
    action: RecordAction,
    work: () => Promise<T>,
    learn: (result: T) => RecordAction = () => action,
  ): Promise<T> {
    const id = journal.createId(process)
    const begin = clock.moment()
    journal.note<StoreOperation>({ type: 'operation', id, key, action, span: { begin } })
    const result = await work()
    const span = { begin, end: clock.moment() }
    journal.note<StoreOperation>({ id, action: learn(result), span, ok: true })
    return result
  }

  return {
    ...(keysOf && { keysOf }),
    ...(deleteExpired && { deleteExpired }),

    async read(key) {
      const kept = await recorded(
        key,
        { type: 'read' },
        () => store.read(key),
        (found) => ({ type: 'read', found: found && nameIn(found.value) }),
      )
      if (kept === undefined) return undefined
      names.set(placeOf(key, kept.version), nameIn(kept.value))
      return { value: kept.value.slice(0, kept.value.lastIndexOf('\n')), version: kept.version }
    },

    async write(key, value, options) {
      const name = journal.createId(process)
      const replaces =
        options.replaces === null ? undefined : names.get(placeOf(key, options.replaces))!
      const action = { type: 'write', name, replaces, expiresAt: options.expiresAt } as const
      const version = await recorded(
        key,
        { ...action, done: true },
        () => store.write(key, `${value}\n${name}`, options),
        (written) => ({ ...action, done: written !== undefined }),
      )
      if (version !== undefined) names.set(placeOf(key, version), name)
      return version
    },

    delete: (key) => recorded(key, { type: 'delete' }, () => store.delete(key)),
  }
}

function nameIn(value: string): string {
  return value.slice(value.lastIndexOf('\n') + 1)
}
