import { createCookie } from 'coatcheck/cookie'
import { createFsSessionStorage } from 'coatcheck/fs-storage'

export const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })

// Files suit one machine. Another storage is another line here: see "Which storage when" in docs/storages.md of the package.
export const storage = createFsSessionStorage('./.sessions')
