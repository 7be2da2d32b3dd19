import { createCookie } from 'coatcheck/cookie'
import {
  CookieSessionStorage,
  FileSessionStorage,
  MemorySessionStorage,
  type SessionStorage,
} from 'coatcheck/compat/classes'
import type { SessionStorageOptions } from 'coatcheck'
import { temporaryFolder } from '../../storages/temporary-folder.ts'

export const secret = 'NTYzLWEtc2VjcmV0LWZvci10aGUtdGVzdHMtb25seQ'
export const cookie = createCookie('session', { secrets: [secret] })

type Kind = 'memory' | 'cookie' | 'file'

export interface ClassStorage {
  kind: Kind
  /** Whether it can end a session of which somebody has a copy of the cookie. */
  onServer: boolean
  create(options?: SessionStorageOptions): SessionStorage
}

/** The three storages of the document. */
export const classStorages: ClassStorage[] = [
  { kind: 'memory', onServer: true, create: (options) => new MemorySessionStorage(options) },
  {
    kind: 'cookie',
    onServer: false,
    create: (options) => new CookieSessionStorage(cookie, options),
  },
  {
    kind: 'file',
    onServer: true,
    create: (options) => new FileSessionStorage(temporaryFolder(), options),
  },
]

/** A visitor's session with these values, stored: its cookie value. */
export async function begin(
  storage: SessionStorage,
  values: Record<string, unknown>,
): Promise<string> {
  const session = await storage.read(null)
  for (const [key, value] of Object.entries(values)) session.set(key, value)
  return storage.update(session.id, session.data)
}
