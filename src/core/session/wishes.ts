import type { LoginContext } from '../record/login-context.ts'

export interface Login {
  userId: string
  label: string | undefined
  /** How strong it is, by the app's own scale. */
  level?: number | undefined
  /** What the app noted of the client. */
  context?: LoginContext | undefined
  /** Whether the user who is logged in proved once more who they are: then the absolute timeout goes on. */
  isAgain?: boolean | undefined
  /** What the session ends with, and after which turn of that the login began. */
  group?: { readonly name: string; readonly turn: number } | undefined
  /** When it ends at the latest, in milliseconds since the epoch. */
  until?: number | undefined
  /** When, in milliseconds since the epoch. */
  at: number
  /** After which turn of this process: see `runtime/turns.ts`. */
  turn: number
  /** How many times all of the user's sessions had been ended when the login began, if that was asked. */
  since: number | undefined
  /** How many times everybody's had been, if that was asked. */
  sinceEverybody?: number | undefined
}

/** What a request asks of the next save, beside the data; and whether it has logged somebody in before. */
export interface Wishes {
  /** `kill` ends the old id at once, `grace` leaves it readable for a while. */
  readonly rotation?: 'grace' | 'kill' | undefined
  readonly login?: Login
  /** Whether the request logs somebody in, by the next save or by an earlier one: a handler may save by itself. */
  readonly logsIn?: boolean | undefined
  /** Whether the visitor wants to stay logged in. `null` forgets what was said, because it was another user who said it. */
  readonly persist?: boolean | null | undefined
  /** When the session is to end at the latest, in milliseconds since the epoch. */
  readonly endsBy?: number | undefined
  /** Whether this use is to be noted even if no change and no tenth of the idle timeout asks for it. */
  readonly noteUse?: boolean
  /** Whether the visitor's cookie is sent again: because it ages, or has to live for another time. */
  readonly resend?: boolean
  /** Whether this save or an earlier one of the request asks for that. */
  readonly isResent?: boolean | undefined
  /** Whether the handler failed: what it did to the data does not count, and no new id reaches the visitor. */
  readonly failed?: boolean
}

export const noWishes: Wishes = Object.freeze({})
