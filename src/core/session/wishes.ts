export interface Login {
  userId: string
  label: string | undefined
  /** When, in milliseconds since the epoch. */
  at: number
  /** After which turn of this process: see `runtime/turns.ts`. */
  turn: number
  /** How many times all of the user's sessions had been ended when the login began, if that was asked. */
  since: number | undefined
}

/** What a request asks of the next save, beside the data. */
export interface Wishes {
  /** `kill` ends the old id at once, `grace` leaves it readable for a while. */
  readonly rotation?: 'grace' | 'kill' | undefined
  readonly login?: Login
  /** When the session is to end at the latest, in milliseconds since the epoch. */
  readonly endsBy?: number | undefined
  /** Whether this use is to be noted even if no change and no tenth of the idle timeout asks for it. */
  readonly noteUse?: boolean
  /** Whether the visitor's cookie is sent again, because it ages. */
  readonly resend?: boolean
  /** Whether the handler failed: what it did to the data does not count, and no new id reaches the visitor. */
  readonly failed?: boolean
}

export const noWishes: Wishes = Object.freeze({})
