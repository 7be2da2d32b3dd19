/*
 * The session API of Remastered, on our storages. Its own rules hold: one session for each request, a
 * flash message can be read at once and in the next request, and nothing happens before `commit()`.
 */
import { type CookieAttributes, createCookie } from '../core/cookie/cookie.ts'
import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions } from '../core/options.ts'
import { plainCodec } from '../core/record/codec.ts'
import { noValues } from '../core/record/kept-values.ts'
import { namingKeys } from '../core/record/size.ts'
import { createCookieSessionStorage as createCookieStorage } from '../storages/cookie.ts'
import { createMemorySessionStorage as createMemoryStorage } from '../storages/memory.ts'
import { committedLifetime, untilCommitted } from './parts/timeouts.ts'
import {
  intoSessionStore,
  type SessionStorage,
  type SessionStore,
} from './remastered/session-store.ts'
import { createStorageOn } from './remastered/storage.ts'

export {
  intoSessionStore,
  type SessionStorage,
  type SessionStore,
  type StoredSession,
} from './remastered/session-store.ts'

/** What our storages keep. */
export type Serializable =
  | string
  | number
  | boolean
  | null
  | undefined
  | Serializable[]
  | { [key: string]: Serializable }

/** The defaults are HttpOnly, Secure (on a loopback host too), SameSite=Lax, Path=/ and an hour. */
export interface CookieSettings extends Pick<
  CookieAttributes,
  'httpOnly' | 'path' | 'domain' | 'secure'
> {
  /** A token such as `session`. */
  name: string
  /**
   * 32 characters or more that only the server knows; `npx coatcheck secret` prints some. Of several,
   * the first one seals and all of them open.
   */
  secret: string | readonly string[]
  /**
   * Seconds that the cookie, and the session with it, lives after each commit. Default 3600. With
   * `undefined` the browser keeps it until it closes, and we for 30 days.
   */
  maxAge?: number | undefined
  /** `true` is `strict`, and `false`, which leaves it to the browser, is `lax`. Default `lax`. */
  sameSite?: boolean | CookieAttributes['sameSite'] | undefined
}

/** Of what kind they are, `createCookie` says, which takes some of them for others. */
const cookieKinds: OptionKinds<CookieSettings> = {
  name: 'any',
  secret: 'any',
  maxAge: 'any',
  sameSite: 'any',
  httpOnly: 'any',
  path: 'any',
  domain: 'any',
  secure: 'any',
}

const storageKinds = { cookie: 'object' } as const

/** What our cookies do not do by themselves. Undefined is not the same as left out. */
function maxAgeOf(settings: CookieSettings): number | undefined {
  return Object.hasOwn(settings ?? {}, 'maxAge') ? settings.maxAge : 3600
}

/**
 * Makes the function that finds the session of a request: always the same one for the same request object.
 *
 * @param storage From here, or one of your own.
 * @param headerName Of the request header that the storage gets. Default `cookie`.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if that is no storage.
 */
export function createSessionStore<Value, Metadata = undefined>(
  storage: SessionStorage<Value, Metadata>,
  headerName = 'cookie',
): (request: Pick<Request, 'headers'>) => Promise<SessionStore<Value>> {
  if (typeof storage?.fromHeader !== 'function' || typeof storage.toHeader !== 'function') {
    throw configError(
      'createSessionStore takes CookieSessionStorage({ cookie }) or another storage with fromHeader and toHeader',
    )
  }
  const sessions = new WeakMap<object, Promise<SessionStore<Value>>>()
  return (request) => {
    const known = sessions.get(request)
    if (known !== undefined) return known
    const session = intoSessionStore(storage, request.headers.get(headerName) ?? undefined)
    sessions.set(request, session)
    return session
  }
}

/**
 * Puts an encrypted cookie around a storage: its `fromHeader` gets the cookie's value, if there is one
 * that we made, and what its `toHeader` returns becomes the value. `''` clears the cookie.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie's settings are wrong.
 */
export function withEncryptedCookies<Value, Metadata>(options: {
  storage: SessionStorage<Value, Metadata>
  cookie: CookieSettings
}): SessionStorage<Value, Metadata> {
  const kinds = { ...storageKinds, storage: 'object' } as const
  const { storage, cookie: settings } = readOptions('withEncryptedCookies()', options, kinds)
  const own = readOptions('The cookie', settings, cookieKinds)
  const { name, secret, sameSite, ...attributes } = own
  const cookie = createCookie(name, {
    ...attributes,
    maxAge: maxAgeOf(settings),
    sameSite: typeof sameSite === 'boolean' ? (sameSite ? 'strict' : 'lax') : sameSite,
    secrets: [secret].flat(),
    encrypt: true,
  })
  if (!cookie.encrypted) {
    throw configError(`Cookie "${name}" needs a secret: \`npx coatcheck secret\` prints one`)
  }
  return {
    fromHeader: async (header) => storage.fromHeader((await cookie.parse(header)) ?? undefined),
    async toHeader(session, metadata) {
      const value = await storage.toHeader(session, metadata)
      if (value === '') return cookie.clear()
      try {
        return await cookie.serialize(value)
      } catch (error) {
        throw withKeys(error, name, session.content)
      }
    },
  }
}

/**
 * Keeps sessions in their cookie. Of requests at the same time the last response wins, and 4,096 bytes
 * is all there is.
 *
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie's settings are wrong.
 */
export function CookieSessionStorage(options: {
  cookie: CookieSettings
}): SessionStorage<Serializable> {
  const { cookie } = readOptions('CookieSessionStorage()', options, storageKinds)
  const storage = createStorageOn<Serializable>(createCookieStorage(untilCommitted), endOf(cookie))
  // Whoever drops the metadata, as its type allows, gets the same cookie without it.
  return withEncryptedCookies({ storage, cookie }) as unknown as SessionStorage<Serializable>
}

/**
 * Keeps sessions in this process: for development, tests and one process. Values are JSON data here too.
 *
 * @param options.generateId Ignored: ids are made here, 256 bits of chance in each, and no others are known.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the cookie's settings are wrong.
 */
export function MemorySessionStorage(options: {
  generateId?: (() => string) | undefined
  cookie: CookieSettings
}): SessionStorage<unknown, object> {
  const kinds = { ...storageKinds, generateId: 'any' } as const
  const { cookie } = readOptions('MemorySessionStorage()', options, kinds)
  const storage = createStorageOn<unknown>(createMemoryStorage(untilCommitted), endOf(cookie))
  return withEncryptedCookies({ storage, cookie })
}

export {
  createSessionStore as getSessionStore,
  CookieSessionStorage as createCookieSessionStorage,
  MemorySessionStorage as createMemorySessionStorage,
}

/** Milliseconds from a commit to the session's end. */
function endOf(settings: CookieSettings): number {
  return (maxAgeOf(settings) ?? committedLifetime) * 1000
}

/** Names what takes the space, where that can be found out. */
function withKeys(error: unknown, name: string, values: Map<string, unknown>): unknown {
  try {
    return namingKeys(error, name, [{ values, flash: noValues }, plainCodec])
  } catch {
    return error
  }
}
