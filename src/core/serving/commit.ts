import type { Cookie, CookieAttributes } from '../cookie/cookie.ts'
import type { SessionStorage } from '../life-cycle/session-storage.ts'
import { namingKeys } from '../record/size.ts'
import type { MaybePromise } from '../runtime/maybe-promise.ts'
import type { Session } from '../session/session.ts'
import { persistenceOf } from '../session/persistence.ts'
import type { SessionState } from '../session/session-state.ts'
import type { ForeignSession, ForeignSessionStorage } from './foreign-session.ts'
import type { Arrival } from './arrival.ts'

/** What a response must say about the session. */
export interface Commit {
  /** The Set-Cookie headers, if the browser's cookie must change: those that clear stand before the one that sets. */
  setCookies: readonly string[]
  /** Whether the response depends on the cookie. */
  vary: boolean
  /** Whether the browser is to forget what it has of the site, unless the app has said what. */
  clearSiteData?: boolean | undefined
  /** Whether nothing may keep the response, unless the app has set a private Cache-Control. */
  noStore?: boolean | undefined
}

/** How this response sends the cookie, where each session may have a say in that. */
export interface Sending {
  /** Replace those of the cookie, one by one. */
  attributes?: CookieAttributes | undefined
  /** Whether it is sent although it is the same, because it is to live longer in the browser. Default `false`. */
  again?: boolean | undefined
}

/** What a save came to. */
interface Saved {
  /** What the visitor's cookie should hold: `''` for nothing, null for what it holds now. */
  value: string | null
  isEnded: boolean
  /** Whether the cookie is sent again although it is the same, because the browser would drop it. */
  isDue: boolean
}

const none: readonly string[] = []

/**
 * Saves the session and says what the response must carry.
 *
 * While nobody can tell which of several cookies is the visitor's, nothing is saved but a login: its cookie would replace
 * the visitor's own, and whoever plants a cookie could log people out. A login, and a logout, end all the sessions that came.
 */
export async function commitSession(
  arrival: Arrival<Session>,
  storage: SessionStorage,
  { attributes, again = false }: Sending = {},
): Promise<Commit> {
  const { cookie, request, reading, session, rivals, others } = arrival
  const state = arrival.state!
  const { logsIn } = state.wishes
  if (reading.rivals !== undefined && !logsIn && !state.destroyed) {
    if (state.dirty) storage.events?.emit({ type: 'interrupted', reason: 'shadowed' })
    return { setCookies: cookie.clearBeside(request), vary: true }
  }
  const isAsked = again || state.wishes.isResent === true
  const isDue = (isAsked && state.loaded !== undefined) || isAging(cookie, state)
  // The record is written for it, so that it says when the cookie was sent.
  if (isDue) state.wish({ noteUse: true, resend: true, isResent: true })
  const value = (await storage.save(session)) ?? state.issued ?? null
  // A login that was refused has no value, and takes the place of none.
  if (state.destroyed || (logsIn && value !== null)) {
    for (const other of [...rivals, ...others]) {
      other.destroy()
      await storage.save(other)
    }
  }
  const saved = { value, isEnded: session.destroyed, isDue }
  const vary = state.wasLookedAt
  if (!isNews(arrival, saved)) return { setCookies: none, vary }
  try {
    const stay = stayOf(cookie, state)
    const together = stay && attributes ? { ...stay, ...attributes } : (attributes ?? stay)
    const setting = setCookiesFor(arrival, saved, together)
    return { setCookies: 'then' in setting ? await setting : setting, vary }
  } catch (error) {
    const { values, flash, codec } = state
    const data = state.loaded?.record ?? { values, flash: flash.pending }
    throw namingKeys(error, cookie.name, [data, codec])
  }
}

/**
 * The same for a session of another library. Nobody knows whether the app looked at it, so the response is
 * taken to depend on it; nor when its cookie was sent last, so one that ages is sent each time.
 */
export async function commitForeignSession<S extends ForeignSession>(
  arrival: Arrival<S>,
  storage: ForeignSessionStorage<S>,
): Promise<Commit> {
  const { cookie, session } = arrival
  const value = await storage.save(session)
  const saved = { value, isEnded: session.destroyed, isDue: cookie.ages }
  const setCookies = isNews(arrival, saved) ? await setCookiesFor(arrival, saved) : none
  return { setCookies, vary: true }
}

/** Whether the browser's cookie would run out before the session, unless it is renewed now and then. */
function isAging({ maxAge }: Cookie, state: SessionState): boolean {
  const { loaded, isUse, now } = state
  if (maxAge === undefined || loaded === undefined || !isUse) return false
  // One that goes with the browser needs no renewal.
  if (persistenceOf(state) === false) return false
  const { sentAt, authenticatedAt, createdAt } = loaded.record
  // When a tenth of the seconds has gone.
  return now() - (sentAt ?? authenticatedAt ?? createdAt) >= (maxAge * 1000) / 10
}

/**
 * How long the browser keeps the cookie of a session that `persist()` was called on. Until its absolute end, unless the
 * cookie has an age of its own: so it need not be sent again with each use.
 */
function stayOf(cookie: Cookie, state: SessionState): CookieAttributes | undefined {
  const persistent = persistenceOf(state)
  if (persistent === undefined) return undefined
  const { loaded, now } = state
  if (!persistent) return { maxAge: undefined, expires: undefined }
  if (cookie.ages || loaded === undefined) return {}
  return { maxAge: Math.max(0, Math.ceil((loaded.record.absoluteDeadline - now()) / 1000)) }
}

/**
 * Whether the browser must be told, because it does not have it already. Sending an id again that did not change
 * would only race with a response that changes it, and make pages uncacheable.
 */
function isNews({ reading }: Arrival, { value, isEnded, isDue }: Saved): boolean {
  if (value === '' || isEnded) return reading.present
  return value !== null && (value !== reading.value || reading.outdated || isDue)
}

function setCookiesFor(
  arrival: Arrival,
  { value, isEnded }: Saved,
  attributes?: CookieAttributes,
): MaybePromise<readonly string[]> {
  const { cookie, request } = arrival
  const others = clearOthers(arrival)
  if (value === '' || isEnded) return [...others, cookie.clear(attributes, request)]
  const own = cookie.serialize(value!, attributes, request)
  return typeof own === 'string' ? [...others, own] : own.then((late) => [...others, late])
}

/** Wherever the cookie was in earlier releases, or somebody else put it, it goes. */
export function clearOthers({ cookie, request, isCrowded }: Arrival): string[] {
  return [...(isCrowded ? cookie.clearBeside(request) : none), ...cookie.clearFormer(request)]
}
