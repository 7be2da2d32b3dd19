import {
  createCookieSessionStorage,
  createFileSessionStorage,
  createMemorySessionStorage,
  createSessionStorage,
  toReactRouterStorage,
  type Session,
  type SessionData,
  type SessionIdStorageStrategy,
  type SessionStorage,
} from 'coatcheck/compat/react-router'
import { createMemorySessionStorage as createCoreStorage } from 'coatcheck/memory-storage'
import { temporaryFolder } from '../../storages/temporary-folder.ts'

export const secrets = ['Rb7vPqk2Zt9LwXy4Hd6NfGs8Jm3Cae5U']

/** Runs the work with a clock that stands still, far from today's time, and is moved by hand. */
export async function withClock(work: (clock: { time: number }) => Promise<void>): Promise<void> {
  const { now } = Date
  const clock = { time: Date.UTC(2031, 4, 1) }
  Date.now = () => clock.time
  try {
    await work(clock)
  } finally {
    Date.now = now
  }
}

type CookieArgument = SessionIdStorageStrategy['cookie']

export interface Kind {
  name: string
  /** Whether sessions have a record, so that they can be ended. */
  keepsOnServer: boolean
  create<Data = SessionData, Flash = Data>(cookie?: CookieArgument): SessionStorage<Data, Flash>
}

const sealed = { secrets }

/** Everything in this API that keeps sessions. */
export const kinds: Kind[] = [
  {
    name: 'cookie',
    keepsOnServer: false,
    create: (cookie = sealed) => createCookieSessionStorage({ cookie }),
  },
  {
    name: 'memory',
    keepsOnServer: true,
    create: (cookie = sealed) => createMemorySessionStorage({ cookie }),
  },
  {
    name: 'file',
    keepsOnServer: true,
    create: (cookie = sealed) => createFileSessionStorage({ cookie, dir: temporaryFolder() }),
  },
  {
    name: 'strategy',
    keepsOnServer: true,
    create: <Data, Flash>(cookie: CookieArgument = sealed) =>
      createSessionStorage<Data, Flash>({ cookie, ...tableStrategy<Data, Flash>().strategy }),
  },
  {
    name: 'any storage of ours',
    keepsOnServer: true,
    create: (cookie = sealed) => toReactRouterStorage(cookie, createCoreStorage()),
  },
]

export const serverKinds: Kind[] = kinds.filter(({ keepsOnServer }) => keepsOnServer)

export interface Row {
  json: string
  expires: Date | undefined
}

export interface Table<Data = SessionData, Flash = Data> {
  strategy: Omit<SessionIdStorageStrategy<Data, Flash>, 'cookie'>
  rows: Map<string, Row>
  calls: string[]
}

/** A strategy as an application would write it, over a table in memory. */
export function tableStrategy<Data = SessionData, Flash = Data>(): Table<Data, Flash> {
  const rows = new Map<string, Row>()
  const calls: string[] = []
  return {
    rows,
    calls,
    strategy: {
      async createData(data, expires) {
        calls.push('create')
        const id = crypto.randomUUID()
        rows.set(id, { json: JSON.stringify(data), expires })
        return id
      },
      async readData(id) {
        calls.push('read')
        const row = rows.get(id)
        if (row === undefined || (row.expires && row.expires.getTime() <= Date.now())) return null
        return JSON.parse(row.json)
      },
      async updateData(id, data, expires) {
        calls.push('update')
        rows.set(id, { json: JSON.stringify(data), expires })
      },
      async deleteData(id) {
        calls.push('delete')
        rows.delete(id)
      },
    },
  }
}

/** What a browser sends back: the cookie, or nothing when it was told to forget it. */
export function sentBack(setCookie: string): string | null {
  const [pair = '', ...attributes] = setCookie.split('; ')
  const gone = attributes.some((one) => {
    const [name = '', value = ''] = one.toLowerCase().split('=')
    return one === 'Max-Age=0' || (name === 'expires' && Date.parse(value) <= 0)
  })
  return gone || pair === '' ? null : pair
}

export function valueOf(setCookie: string): string {
  return setCookie.slice(setCookie.indexOf('=') + 1).split(';')[0]!
}

/** The attributes, by lower-case names. */
export function attributesOf(setCookie: string): Record<string, string | true> {
  const [, ...attributes] = setCookie.split('; ')
  return Object.fromEntries(
    attributes.map((one) => {
      const [name = '', value] = one.split('=')
      return [name.toLowerCase(), value ?? true]
    }),
  )
}

export function clears(setCookie: string): boolean {
  const { expires } = attributesOf(setCookie)
  return valueOf(setCookie) === '' && expires === 'Thu, 01 Jan 1970 00:00:00 GMT'
}

/** One request: reads the session, does something to it, commits it. What the browser has then. */
export async function visit<Data, Flash>(
  storage: SessionStorage<Data, Flash>,
  cookie: string | null,
  work: (session: Session<Data, Flash>) => void = () => {},
): Promise<string | null> {
  const session = await storage.getSession(cookie)
  work(session)
  return sentBack(await storage.commitSession(session))
}

/** The data that a request with this cookie sees. */
export async function seen(
  storage: SessionStorage<any, any>,
  cookie: string | null,
): Promise<SessionData> {
  return (await storage.getSession(cookie)).data
}
