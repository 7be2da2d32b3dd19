import { createCookie } from 'coatcheck/cookie'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { session } from 'coatcheck/next'

type Data = { cart: string[] }
type Flash = { notice: string }

// A build starts this file too, and has no secret.
const isBuilding = process.env.NEXT_PHASE === 'phase-production-build'
const secret = isBuilding
  ? 'only while the app is being built, for nobody'
  : process.env.SESSION_SECRET

const cookie = createCookie('__Host-session', { secrets: [secret] })
const make = () => createMemorySessionStorage<Data, Flash>()

// Next loads this file several times. Sessions in memory must be in one place.
const shared = globalThis as { sessions?: ReturnType<typeof make> }
export const storage = (shared.sessions ??= make())
export const { getSession, withSession } = session(cookie, storage)
