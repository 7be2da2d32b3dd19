import { session } from 'coatcheck/sveltekit'
import { cookie, storage } from './lib/server/sessions.ts'

export const handle = session(cookie, storage)
