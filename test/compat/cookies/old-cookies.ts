/* Cookies as the other libraries make them: by these libraries. */
import * as remix from '@remix-run/cookie'
import {
  createCookieFactory,
  createCookieSessionStorageFactory,
  createSessionStorageFactory,
} from '@remix-run/server-runtime'
import { createCookieSessionStorage as createRemixStorage } from '@remix-run/session/cookie-storage'
import { createMemorySessionStorage as createRemixMemory } from '@remix-run/session/memory-storage'
import * as cookieSignature from 'cookie-signature'
import expressSessions from 'express-session'
import { getIronSession } from 'iron-session'
import * as reactRouter from 'react-router'
import type { CookieImporter } from 'coatcheck'
import {
  expressSession,
  type ImporterOptions,
  ironSession,
  reactRouterCookie,
  remixCookie,
} from 'coatcheck/compat/cookies'

export type Values = Record<string, unknown>

export interface OldLibrary {
  name: string
  /** Whether it has flash messages. */
  flashes: boolean
  /** The Set-Cookie header for a session, of a cookie named `session`. */
  setCookie(values: Values, options?: { secret?: string; flash?: Values }): Promise<string>
  /** What reads it. */
  importer(options?: ImporterOptions & { secrets?: string[] }): CookieImporter
}

export const ourSecret = 'Jx1Zc6vYpQ0mB3tN8wKd5RfHs7LgUaEi2oXnCqTyV4M'
/** Weak, as old secrets are. */
export const oldSecret = 'keyboard cat'
export const ironPassword = 'complex_password_at_least_32_characters_long'

/** `name=value` of a Set-Cookie header. */
export function pairOf(setCookie: string): string {
  return setCookie.split(';', 1)[0]!
}

const remixSessions = createRemixMemory()
const expressStore = new expressSessions.MemoryStore()
const remixTwoData = new Map<string, Values>()

async function remixSetCookie(
  storage: ReturnType<typeof createRemixStorage>,
  values: Values,
  { secret = oldSecret, flash = {} }: { secret?: string; flash?: Values } = {},
): Promise<string> {
  const session = await storage.read(null)
  for (const [key, value] of Object.entries(values)) session.set(key, value)
  for (const [key, value] of Object.entries(flash)) session.flash(key, value)
  const cookie = remix.createCookie('session', { secrets: [secret] })
  return cookie.serialize((await storage.save(session))!)
}

const createRemixTwoCookie = createCookieFactory({
  sign: async (value, secret) => cookieSignature.sign(value, secret),
  unsign: async () => false,
})

interface FlashingStorage {
  getSession(): Promise<{
    set(name: string, value: unknown): void
    flash(name: string, value: unknown): void
  }>
  commitSession(session: any): Promise<string>
}

async function committed(storage: FlashingStorage, values: Values, flash: Values = {}) {
  const session = await storage.getSession()
  for (const [key, value] of Object.entries(values)) session.set(key, value)
  for (const [key, value] of Object.entries(flash)) session.flash(key, value)
  return storage.commitSession(session)
}

export const remixCookieStorage: OldLibrary = {
  name: 'Remix 3 with cookie storage',
  flashes: true,
  setCookie: (values, options) => remixSetCookie(createRemixStorage(), values, options),
  importer: (options) => remixCookie({ secrets: [oldSecret], ...options }),
}

export const remixMemoryStorage: OldLibrary = {
  name: 'Remix 3 with another storage',
  flashes: false,
  setCookie: (values, options) => remixSetCookie(remixSessions, values, options),
  importer: (options) =>
    remixCookie({
      secrets: [oldSecret],
      async load(id) {
        const session = await remixSessions.read(id)
        return session.id === id ? { values: session.data[0] } : undefined
      },
      ...options,
    }),
}

export const reactRouterStorage: OldLibrary = {
  name: 'React Router 8 with cookie storage',
  flashes: true,
  setCookie: (values, { secret = oldSecret, flash } = {}) => {
    const cookie = { name: 'session', secrets: [secret] }
    return committed(reactRouter.createCookieSessionStorage({ cookie }), values, flash)
  },
  importer: (options) => reactRouterCookie({ secrets: [oldSecret], ...options }),
}

export const remixTwoStorage: OldLibrary = {
  name: 'Remix 2 with cookie storage',
  flashes: true,
  setCookie: (values, { secret = oldSecret, flash } = {}) => {
    const cookie = { name: 'session', secrets: [secret] }
    const storage = createCookieSessionStorageFactory(createRemixTwoCookie)({ cookie })
    return committed(storage, values, flash)
  },
  importer: (options) => reactRouterCookie({ secrets: [oldSecret], ...options }),
}

export const remixTwoStrategy: OldLibrary = {
  name: 'Remix 2 with a storage of its own',
  flashes: true,
  setCookie: (values, { secret = oldSecret, flash } = {}) => {
    const createSessionStorage = createSessionStorageFactory(createRemixTwoCookie)
    const storage = createSessionStorage({
      cookie: { name: 'session', secrets: [secret] },
      async createData(data) {
        const id = crypto.randomUUID()
        remixTwoData.set(id, data)
        return id
      },
      readData: async (id) => remixTwoData.get(id) ?? null,
      updateData: async (id, data) => void remixTwoData.set(id, data),
      deleteData: async (id) => void remixTwoData.delete(id),
    })
    return committed(storage, values, flash)
  },
  importer: (options) =>
    reactRouterCookie({
      secrets: [oldSecret],
      load(id) {
        const values = remixTwoData.get(id)
        return values && { values }
      },
      ...options,
    }),
}

export const ironStorage: OldLibrary = {
  name: 'iron-session',
  flashes: false,
  async setCookie(values, { secret = ironPassword } = {}) {
    const response = new Response()
    const session = await getIronSession<Values>(new Request('https://shop.example'), response, {
      cookieName: 'session',
      password: secret,
    })
    Object.assign(session, values)
    await session.save()
    return response.headers.getSetCookie()[0]!
  },
  importer: ({ userId } = {}) => ironSession({ password: ironPassword, ...(userId && { userId }) }),
}

export const expressStorage: OldLibrary = {
  name: 'express-session',
  flashes: false,
  async setCookie(values, { secret = oldSecret } = {}) {
    const id = crypto.randomUUID()
    const cookie = { originalMaxAge: null, expires: null }
    await new Promise<void>((resolve) => expressStore.set(id, { cookie, ...values }, resolve))
    return expressCookie(id, secret)
  },
  importer: (options) => expressSession({ secrets: [oldSecret], store: expressStore, ...options }),
}

/** As its middleware writes it: express-session.node.test.ts compares. */
export function expressCookie(id: string, secret: string = oldSecret): string {
  const value = encodeURIComponent(`s:${cookieSignature.sign(id, secret)}`)
  return `session=${value}; Path=/; HttpOnly`
}

export const oldLibraries: readonly OldLibrary[] = [
  remixCookieStorage,
  remixMemoryStorage,
  reactRouterStorage,
  remixTwoStorage,
  remixTwoStrategy,
  ironStorage,
  expressStorage,
]
