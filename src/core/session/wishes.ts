export interface Login {
  userId: string
  label: string | undefined
  /** How strong it is, by the app's own scale. */
  level?: number | undefined
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
  /** Whether an earlier save of this request wrote a login: a handler may save by itself. */
  readonly loginWasSaved?: boolean
  /** Whether the visitor wants to stay logged in. */
  readonly persist?: boolean
  /** When the session is to end at the latest, in milliseconds since the epoch. */
  readonly endsBy?: number | undefined
  /** Whether this use is to be noted even if no change and no tenth of the idle timeout asks for it. */
  readonly noteUse?: boolean
  /** Whether the visitor's cookie is sent again: because it ages, or has to live for another time. */
  readonly resend?: boolean
  /** Whether an earlier save of this request noted that it is. */
  readonly resendWasSaved?: boolean
  /** Whether the handler failed: what it did to the data does not count, and no new id reaches the visitor. */
  readonly failed?: boolean
}

export const noWishes: Wishes = Object.freeze({})

/** Whether the request logs somebody in, by the next save or by one that the handler made. */
export function isLogin({ login, loginWasSaved = false }: Wishes): boolean {
  return login !== undefined || loginWasSaved
}

/**
 * Whether there is something to write, even if the data stays as it is.
 *
 * @param isStored To stay logged in is nothing to ask for a session that is not stored.
 */
export function asksForWrite({ rotation, endsBy, persist }: Wishes, isStored = false): boolean {
  return rotation !== undefined || endsBy !== undefined || (isStored && persist !== undefined)
}

/** What is left once all of it is saved. */
export function afterSave(wishes: Wishes): Wishes {
  const [loginWasSaved, resendWasSaved] = [isLogin(wishes), isResent(wishes)]
  return loginWasSaved || resendWasSaved ? { loginWasSaved, resendWasSaved } : noWishes
}

/** Whether the response is to carry the cookie although it is the same. */
export function isResent({ resend = false, resendWasSaved = false }: Wishes): boolean {
  return resend || resendWasSaved
}
