import type { storage } from './sessions.server.ts'

declare module 'coatcheck' {
  /** What every session of this app holds. */
  interface Register {
    storage: typeof storage
  }
}
