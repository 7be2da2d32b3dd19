import type { AppSession } from 'coatcheck'
import type { storage } from './lib/sessions.ts'

declare module 'coatcheck' {
  interface Register {
    storage: typeof storage
  }
}

declare global {
  namespace App {
    interface Locals {
      session: AppSession
    }
  }
}
