// Compiled, never run: types go through storages, and schemas give them.
import {
  createSessionStorage,
  type ServerSessionStorage,
  type Session,
  type SessionStorage,
  type SessionStore,
  type UntypedData,
} from 'coatcheck'
import {
  createD1SessionStorage,
  createDurableObjectSessionStorage,
} from 'coatcheck/cloudflare-storage'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemcacheSessionStorage } from 'coatcheck/memcache-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { createRedisSessionStorage } from 'coatcheck/redis-storage'
import { createSqlSessionStorage } from 'coatcheck/sql-storage'
import { createSqliteSessionStorage } from 'coatcheck/sqlite-storage'
import { createUnstorageSessionStorage } from 'coatcheck/unstorage-storage'
import { z } from 'zod'
import { exactly } from './equal.ts'

type Data = { count: number }
type Flash = { notice: string }

export async function given(store: SessionStore): Promise<void> {
  const storages = [
    createCookieSessionStorage<Data, Flash>(),
    createMemorySessionStorage<Data, Flash>(),
    createFsSessionStorage<Data, Flash>('./sessions'),
    createSessionStorage<Data, Flash>(store),
  ]
  for (const storage of storages) {
    const assignable: SessionStorage<Data, Flash> = storage
    const session = await assignable.read(null)
    exactly<Session<Data, Flash>>()(session)
    exactly<string | null>()(await assignable.save(session))
  }
}

export async function inferred(): Promise<void> {
  const schema = z.object({ count: z.number().optional(), name: z.string().default('nobody') })
  type Shape = { count?: number | undefined; name: string }
  const memory = await createMemorySessionStorage({ schema }).read(null)
  exactly<number | undefined>()(memory.get('count'))
  exactly<string | undefined>()(memory.get('name'))
  exactly<Session<Shape, UntypedData>>()(memory)
  // @ts-expect-error -- the schema says number
  memory.set('count', 'one')
  // @ts-expect-error -- the schema has no such key
  memory.set('other', 1)
}

/** With a schema and no type arguments messages are any, and values what the schema says. */
export async function messagesBesideASchema(
  store: SessionStore,
  kysely: Parameters<typeof createSqlSessionStorage>[0],
  database: Parameters<typeof createD1SessionStorage>[0],
  objects: Parameters<typeof createDurableObjectSessionStorage>[0],
  unstorage: Parameters<typeof createUnstorageSessionStorage>[0],
): Promise<void> {
  const schema = z.object({ count: z.number().optional() })
  type Shape = { count?: number | undefined }
  const storages = [
    createCookieSessionStorage({ schema }),
    createMemorySessionStorage({ schema }),
    createFsSessionStorage('./sessions', { schema }),
    createSqliteSessionStorage(':memory:', { schema }),
    createSqlSessionStorage(kysely, { schema, table: 'sessions' }),
    createRedisSessionStorage({ url: 'redis://localhost' }, { schema }),
    createMemcacheSessionStorage('localhost', { schema }),
    createD1SessionStorage(database, { schema }),
    createDurableObjectSessionStorage(objects, { schema }),
    createUnstorageSessionStorage(unstorage, { schema }),
    createSessionStorage(store, { schema }),
  ]
  for (const storage of storages) {
    const session = await storage.read(null)
    exactly<Session<Shape, UntypedData>>()(session)
    session.flash('notice', 'hello')
    exactly<number | undefined>()(session.get('count'))
    exactly<UntypedData>()(session.get('notice'))
    // @ts-expect-error -- values stay what the schema says
    session.set('notice', 'hello')
  }
  // Who names the types has them, beside a schema too.
  const named = await createMemorySessionStorage<Shape, Flash>({ schema }).read(null)
  exactly<Session<Shape, Flash>>()(named)
  const half = await createMemorySessionStorage<Shape>({ schema }).read(null)
  exactly<Session<Shape>>()(half)
  exactly<Session<Shape>>()(await createMemorySessionStorage<Shape>().read(null))
}

export async function untyped(): Promise<void> {
  exactly<Session>()(await createMemorySessionStorage().read(null))
  exactly<Session>()(await createCookieSessionStorage().read(null))
  exactly<Session>()(await createFsSessionStorage('./sessions').read(null))
  const schema = z.object({ count: z.number().optional() })
  // Where the data does not matter, storages of every type will do.
  const whatever: SessionStorage[] = [
    createMemorySessionStorage(),
    createCookieSessionStorage(),
    createFsSessionStorage('./sessions'),
    createMemorySessionStorage<Data, Flash>(),
    createCookieSessionStorage<Data, Flash>(),
    createMemorySessionStorage({ schema }),
  ]
  const server: ServerSessionStorage = createFsSessionStorage<Data, Flash>('./sessions')
  const visitor: Session = await createFsSessionStorage<Data, Flash>('./sessions').read(null)
  // @ts-expect-error -- storages of other data are not the same
  const other: SessionStorage<{ name: string }> = createMemorySessionStorage<Data, Flash>()
  void [whatever, server, visitor, other]
}

export function refused(): void {
  // @ts-expect-error -- the schema is for other data
  createMemorySessionStorage<Data>({ schema: z.object({ name: z.string() }) })
  // @ts-expect-error -- no such option
  createMemorySessionStorage({ idleTimeOut: 10 })
  // @ts-expect-error -- seconds, not a text
  createMemorySessionStorage({ idleTimeout: '1h' })
  // @ts-expect-error -- where to?
  createFsSessionStorage()
  // @ts-expect-error -- a cookie storage has no users to list
  void createCookieSessionStorage().sessionsOf('ada')
  // @ts-expect-error -- a store without a condition on its writes
  createSessionStorage({ read: async () => undefined, delete: async () => {} })
  createMemorySessionStorage({
    onEvent(event) {
      exactly<number>()(event.at)
      if (event.type === 'conflict') exactly<number>()(event.attempt)
      // @ts-expect-error -- only conflicts have attempts
      if (event.type === 'saved') void event.attempt
      // @ts-expect-error -- there is no such event
      if (event.type === 'save') void event
    },
  })
}
