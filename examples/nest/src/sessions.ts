export type { AppSession } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

type Data = { cart: string[] }
type Flash = { notice: string }

export const cookie = createCookie('__Host-session', { secrets: [process.env.SESSION_SECRET] })
export const storage = createMemorySessionStorage<Data, Flash>()

declare module 'coatcheck' {
  interface Register {
    storage: typeof storage
  }
}
