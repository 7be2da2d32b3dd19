import { building } from '$app/env'
import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

type Data = { cart: string[] }
type Flash = { notice: string }

// A build starts this file too, and has no secret.
const secret = building
  ? 'only while the app is being built, for nobody'
  : process.env.SESSION_SECRET

export const cookie = createCookie('__Host-session', { secrets: [secret] })
export const storage = createMemorySessionStorage<Data, Flash>()
