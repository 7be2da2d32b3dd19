import type { Middleware } from '@remix-run/fetch-router'
import { type Cookie, Session, type SessionEvent } from 'coatcheck'
import type { Diary, Ending } from './diary.ts'
import { endingText } from './endings.ts'
import type { Place } from './places.ts'
import type { ShopSession } from './session.ts'

/** What a request did to one key of its session. */
export interface Change {
  key: string
  /** As JSON. Undefined: there was nothing. */
  before: string | undefined
  after: string | undefined
}

export interface RequestNote {
  at: number
  method: string
  path: string
  changes: readonly Change[]
  /** Types of the events that the storage reported, such as "conflict". */
  events: readonly string[]
}

/** What pages may tell of the request that they answer. */
export interface Backstage {
  diary: Diary
  place: Place
  /** Where the inspector is, if this browser may open it. */
  inspector: string | undefined
  /** The values when the request came, as JSON. */
  before: ReadonlyMap<string, string>
  /** If the visitor's session was ended from another device. */
  ending: Ending | undefined
}

const backstages = new WeakMap<ShopSession, Backstage>()

export function backstageOf(session: ShopSession): Backstage | undefined {
  return backstages.get(session)
}

interface Watching {
  cookie: Cookie
  diary: Diary
  place: Place
  inspector: string | undefined
}

/** Stands before the session's middleware, and so also hears what happens when it saves. */
export function noteRequests(diary: Diary): Middleware {
  return async (context, next) => {
    const at = Date.now()
    const events: SessionEvent[] = []
    const response = await diary.listen(events, () => next())
    const session = context.get(Session) as ShopSession | undefined
    const noted = session && changesMade.get(session)
    if (noted !== undefined) {
      const { method, url } = context
      const request = { at, method, path: url.pathname, changes: noted.changes }
      diary.noteRequest(noted.handle, { ...request, events: events.map(({ type }) => type) })
    }
    return response
  }
}

const changesMade = new WeakMap<ShopSession, { handle: string; changes: Change[] }>()

/** Stands behind the session's middleware: what is in the session before the page works on it, and after. */
export function watchSession({ cookie, ...parts }: Watching): Middleware {
  return async (context, next) => {
    const session = context.get(Session) as unknown as ShopSession
    const value = session.isNew
      ? await cookie.parse(context.headers.get('Cookie'), context.request)
      : null
    const ending = value === null ? undefined : parts.diary.endingOf(value.split('.', 1)[0]!)
    backstages.set(session, { ...parts, before: valuesOf(session), ending })
    const response = await next()
    const isRedirect = response.status >= 300 && response.status < 400
    if (isRedirect && ending && !session.destroyed) session.flash('ended', endingText(ending))
    // What a browser fetches in advance is nothing that the visitor did.
    if (!context.headers.has('Sec-Purpose') && !session.destroyed) {
      changesMade.set(session, { handle: session.handle, changes: changesOf(session) })
    }
    return response
  }
}

/** What the request has changed so far. */
export function changesOf(session: ShopSession): Change[] {
  const before = backstages.get(session)?.before ?? new Map<string, string>()
  const after = valuesOf(session)
  const keys = [...new Set([...before.keys(), ...after.keys()])]
  return keys
    .map((key) => ({ key, before: before.get(key), after: after.get(key) }))
    .filter((change) => change.before !== change.after)
}

/** Values under their keys, and messages that wait for the next page under "message: key". */
export function valuesOf(session: ShopSession): Map<string, string> {
  const [values, flash] = session.data
  const waiting = Object.entries(flash).map(([key, value]) => [`message: ${key}`, value] as const)
  return new Map(
    [...Object.entries(values), ...waiting].map(([key, value]) => [key, JSON.stringify(value)]),
  )
}
