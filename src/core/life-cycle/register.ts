import type { Session } from '../session/session.ts'
import type { SessionStorage } from './session-storage.ts'

/**
 * Where an app says what its sessions hold, for frameworks whose types cannot carry it from the middleware to the handlers:
 * in one file of the app stands
 *
 * ```ts
 * declare module 'coatcheck' {
 *   interface Register {
 *     storage: typeof storage
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-interface, typescript/no-empty-object-type -- it is for apps to fill
export interface Register {}

/** The session of an app: of the storage that it has registered, or with values of any type. */
export type AppSession = Register extends { storage: SessionStorage<infer Data, infer Flash> }
  ? Session<Data, Flash>
  : Session
