import {
  createSessionCheck,
  createSessionGroups,
  createSessionLimit,
  createSessionLock,
} from 'coatcheck/accounts'
import { createCookie } from 'coatcheck/cookie'
import { createDataVersion } from 'coatcheck/data'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { createRevocations } from 'coatcheck/revocations'

export type Options = Record<string, unknown>

/** Something that takes options. */
export interface Maker {
  make: (options: never) => unknown
  /** All its options, each with a value that it may have. */
  good: Options
  /** Those that it cannot be without. */
  needed?: readonly string[]
  /** Those that may be null. */
  nullable?: readonly string[]
  /** Those that are not looked at. */
  ignored?: readonly string[]
  /** Those that a library underneath would read, wherever they are inherited from. */
  readByOthers?: readonly string[]
  /** What somebody wrote, and what they meant. */
  mistakes: Record<string, string>
  /** What is refused beside values of another kind. */
  wrong?: readonly Options[]
}

export const now = (): number => 0
export const nothing = (): void => {}
export const secret = 'AgAAlYHzRcZ2X3qwKoPkGmUeT9vBjN4s'
export const secrets = [secret]
export const cookie = createCookie('session', { secrets })
export const storage = createMemorySessionStorage()

/** Not every storage can have it. What it does there is tested elsewhere. */
function doingNothing(made: object): object {
  return Object.assign(made, { ofStore: nothing, ofCookies: nothing })
}

/** The options that must be what a function of ours made. */
export const made: Options = {
  check: createSessionCheck(() => 'keep'),
  dataVersion: createDataVersion({ version: 1 }),
  groups: doingNothing(createSessionGroups()),
  lock: createSessionLock(),
  revocations: createRevocations({ store: createMemoryStore() }),
  sessionLimit: doingNothing(createSessionLimit({ max: 1, whenReached: 'refuse' })),
}
const { check: _, ...madeForStorages } = made

export const ofStorages: Options = {
  idleTimeout: 3600,
  absoluteTimeout: 7200,
  anonymousTimeout: 60,
  persistent: { idleTimeout: 7200 },
  regenerateGrace: 5,
  schema: { '~standard': { version: 1, vendor: 'test', validate: nothing } },
  codec: { encode: nothing, decode: nothing },
  maxBytes: 4096,
  onEvent: nothing,
  onReuse: 'report',
  clockTolerance: 1,
  ...madeForStorages,
  now,
}
export const storageMistakes = {
  ttl: 'idleTimeout',
  idletimeout: 'idleTimeout',
  absolutTimeout: 'absoluteTimeout',
  onError: 'onEvent',
  serializer: 'codec',
  clock: 'now',
}

export const attributes: Options = {
  path: '/',
  domain: 'example.com',
  maxAge: 60,
  expires: new Date(Date.now() + 3_600_000),
  httpOnly: true,
  secure: true,
  sameSite: 'lax',
  partitioned: false,
}
export const cookieOptions = { ...attributes, secrets, encrypt: true, context: 'a', accept: [] }
export const cookieMistakes = {
  secret: 'secrets',
  password: 'secrets',
  keys: 'secrets',
  maxage: 'maxAge',
  ttl: 'maxAge',
  httponly: 'httpOnly',
  samesite: 'sameSite',
  encrypted: 'encrypt',
}
