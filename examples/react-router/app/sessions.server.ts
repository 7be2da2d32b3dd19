import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

export const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
/** The values of a session, and the messages that are shown once. */
export const storage = createMemorySessionStorage<{ cart: string[] }, { notice: string }>()
