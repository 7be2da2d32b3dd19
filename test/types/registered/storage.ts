import type { Session } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

export const cookie = createCookie('session', { secrets: ['a key of these tests: 4Hw8-Zr2p'] })
export const storage = createMemorySessionStorage<{ count: number }, { notice: string }>()

/** What handlers must find. */
export type Registered = Session<{ count: number }, { notice: string }>

declare module 'coatcheck' {
  interface Register {
    storage: typeof storage
  }
}
