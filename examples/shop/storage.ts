import type { ServerSessionStorage, SessionStorage } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import type { ShopData, ShopFlash } from './session.ts'

/** A cookie storage has no list of devices and nothing to close, so these are optional. */
export type ShopStorage = SessionStorage<ShopData, ShopFlash> &
  Partial<Pick<ServerSessionStorage, 'sessionsOf' | 'revokeAll' | 'close'>>

const day = 24 * 60 * 60

/** Both clocks are kept by the server, whatever the browser thinks of its cookie. */
const lifetime = { idleTimeout: 7 * day, absoluteTimeout: 30 * day }

/** Opens `fs:DIRECTORY`, `memory:` or `cookie:`. A new kind of storage is a new line here. */
export function openStorage(address: string): ShopStorage {
  const colon = address.indexOf(':')
  const [kind, place] = [address.slice(0, colon), address.slice(colon + 1)]

  switch (kind) {
    case 'fs':
      return createFsSessionStorage<ShopData, ShopFlash>(place, lifetime)
    case 'memory':
      return createMemorySessionStorage<ShopData, ShopFlash>(lifetime)
    case 'cookie':
      return createCookieSessionStorage<ShopData, ShopFlash>(lifetime)
    default:
      throw new Error(`Unknown storage "${address}". Known are fs:DIRECTORY, memory: and cookie:`)
  }
}
