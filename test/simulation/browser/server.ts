import { createSessionStorage, type ServerSessionStorage, type Session } from 'coatcheck'
import type { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createMemoryStore } from 'coatcheck/memory-storage'
import type { Exchange } from './exchange.ts'
import type { Random } from '../random.ts'
import type { VirtualTime } from '../virtual-time.ts'

type Values = Record<string, unknown>
type Store = ReturnType<typeof createMemoryStore>
export type Cookie = ReturnType<typeof createCookie>

export interface ServerOptions {
  time: VirtualTime
  random: Random
  cookie: Cookie
}

export interface Server {
  answer(request: Request, exchange: Exchange): Promise<Response>
  /** The same sessions, without delays. */
  readonly storage: ServerSessionStorage<Values>
  close(): Promise<void>
}

const messagePrefix = 'message '

/**
 * A small site with a login, on a store that takes its time. Each request is served by a process of its own, so to
 * say: that makes races harder than one process would, and tells whose events these are.
 */
export function startServer({ time, random, cookie }: ServerOptions): Server {
  const { now } = time
  const store = createMemoryStore({ now })
  /** The flash messages that were ever left. */
  const left: string[] = []

  async function handle(session: Session<Values>, exchange: Exchange): Promise<Response> {
    exchange.read.end = time.step()
    await time.delay(exchange.pace.before)
    act(session, exchange, left)
    await time.delay(exchange.pace.after)
    exchange.save.begin = time.step()
    return new Response(null)
  }

  async function answer(request: Request, exchange: Exchange): Promise<Response> {
    const slowStore = slowed(store, () => time.delay(random.between(0, exchange.pace.store)))
    const storage = createSessionStorage<Values>(slowStore, {
      now,
      onEvent: (event) => {
        exchange.events.push(event.type + ('reason' in event ? ` ${event.reason}` : ''))
        if (event.type === 'saved') exchange.saved = true
        if (event.type === 'interrupted') exchange.saved = false
      },
    })
    const app = withSession({ cookie, storage }, (_, session) => handle(session, exchange))
    exchange.read.begin = time.step()
    const response = await app(request)
    exchange.save.end = time.step()
    exchange.status = response.status
    return response
  }

  const storage = createSessionStorage<Values>(store, { now })
  return { answer, storage, close: () => storage.close() }
}

function slowed(store: Store, pause: () => Promise<void>): Store {
  const slowly = async <T>(work: () => Promise<T>): Promise<T> => {
    await pause()
    const result = await work()
    await pause()
    return result
  }
  return {
    ...store,
    read: (key) => slowly(() => store.read(key)),
    write: (key, value, options) => slowly(() => store.write(key, value, options)),
    delete: (key) => slowly(() => store.delete(key)),
    keysOf: (owner) => slowly(() => store.keysOf(owner)),
  }
}

function act(session: Session<Values>, exchange: Exchange, left: string[]): void {
  const { kind, name, userId } = exchange
  if (kind === 'add') session.update('list', (list) => [...((list as string[]) ?? []), name])
  if (kind === 'leave') {
    session.flash(messagePrefix + name, name)
    left.push(name)
  }
  if (kind === 'renew') session.regenerateId()
  if (kind === 'kill') session.regenerateId(true)
  if (kind === 'login') session.login(userId)
  exchange.says = {
    userId: session.userId,
    list: [...((session.get('list') as string[] | undefined) ?? [])],
    messages: kind === 'page' ? left.filter((one) => session.get(messagePrefix + one)) : [],
  }
  if (kind === 'logout') session.destroy()
}
