import { createFileSessionStorage } from 'coatcheck/compat/react-router'
import { readSecrets } from './secrets.server.ts'

export type SessionData = {
  userId: string
  theme: 'light' | 'dark'
}

/** What a page shows once. */
export type SessionFlash = {
  notice: string
  problem: string
}

/** Sessions as files. The cookie is HttpOnly, and in production Secure, without being told. */
export const sessionStorage = createFileSessionStorage<SessionData, SessionFlash>({
  dir: process.env.SESSIONS_DIRECTORY ?? './.sessions',
  cookie: {
    name: '__session',
    secrets: readSecrets(),
    maxAge: 60 * 60 * 24 * 7,
    sameSite: 'lax',
  },
})

export const { getSession, commitSession, destroySession } = sessionStorage
