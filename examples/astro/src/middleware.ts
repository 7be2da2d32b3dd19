import { session } from 'coatcheck/astro'
import { cookie, storage } from './lib/sessions.ts'

export const onRequest = session(cookie, storage)
