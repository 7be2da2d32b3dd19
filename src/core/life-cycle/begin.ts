import type { ImportedSession } from '../cookie/importers.ts'
import type { ValueCodec } from '../record/codec.ts'
import { hideUnfit } from '../record/schema.ts'
import type { FlashUse } from '../session/flash-messages.ts'
import { Session } from '../session/session.ts'
import { SessionState } from '../session/session-state.ts'
import type { StorageContext } from './storage-options.ts'

/* How a session begins that is not stored yet: as a new one, or as another library's. */

/** What a storage is told about the request. */
export interface ReadOptions {
  /** How this request uses up flash messages; asked only if there are some. Default: all of them. */
  flashUse?: (() => FlashUse) | undefined
  /**
   * Whether the request counts as a use of the session. If `false`, what it changes is saved, but it does not keep the session
   * alive: for requests that a page makes by itself (ASVS 7.3.1). Default `true`.
   */
  touch?: boolean | undefined
  /**
   * Whether the request brought other values of the same cookie as well: then an old id is no sign that two have it, and ends
   * nothing (`onReuse`). Default `false`.
   */
  isOneOfSeveral?: boolean | undefined
  /** The session that a cookie of another library stood for: it is read in place of the cookie value. */
  imported?: ImportedSession | undefined
}

/**
 * A session for somebody of whom nothing is known.
 *
 * @param visitor Whether they sent a cookie, and the session whose id it held until a moment ago.
 */
export function startSession(
  context: StorageContext,
  visitor: { hadCookie: boolean; retiredFrom?: string | undefined },
): Session {
  const { codec, form, lifetime, now } = context
  const { secretBytes } = form
  const createdAt = now()
  const expiresAt = lifetime.end(lifetime.start(createdAt))
  return new Session(
    new SessionState({ codec, secretBytes, ...visitor, createdAt, expiresAt }, now),
  )
}

/**
 * A session that began in another library, as a new one of ours that is saved with this response.
 * What cannot be stored is left out and reported.
 */
export async function importSession(
  context: StorageContext,
  { values, flash = {}, userId }: ImportedSession,
  options: ReadOptions | undefined,
): Promise<SessionState> {
  const { codec, form, schema, events, lifetime, now } = context
  const { secretBytes } = form
  const dropped: string[] = []
  const contents = {
    values: storable(values, codec, dropped),
    flash: storable(flash, codec, dropped),
  }
  const failure = codec.dataVersion?.open(contents, codec)
  if (failure !== undefined) events.emit({ type: 'corrupt', ...failure })
  const unfit = schema === undefined ? [] : hideUnfit(schema, contents)
  const keys = [...dropped, ...unfit]
  if (keys.length > 0) events.emit({ type: 'corrupt', keys })
  // Nothing is stored yet that would have to be kept, but what a later release can migrate.
  if (failure === undefined) contents.values = new Map(contents.values)
  const createdAt = now()
  const expiresAt = lifetime.end(lifetime.start(createdAt))
  const flashUse = options?.flashUse?.() ?? 'all'
  const imported = { owner: userId ?? undefined, isOfUnknown: userId === undefined }
  const state = new SessionState(
    { codec, secretBytes, contents, flashUse, hadCookie: true, imported, createdAt, expiresAt },
    now,
  )
  if (flashUse !== 'all') {
    for (const [key, value] of contents.flash) state.change({ type: 'flash', key, value })
  }
  events.emit({ type: 'imported', handle: state.handle, userId: imported.owner })
  return state
}

/** The entries that can be stored. Without a value there is no key. */
function storable(
  data: Record<string, unknown>,
  codec: ValueCodec,
  dropped: string[],
): Map<string, unknown> {
  const entries = Object.entries(data).filter(([key, value]) => {
    if (value === null || value === undefined) return false
    try {
      codec.check(key, value)
      return true
    } catch {
      dropped.push(key)
      return false
    }
  })
  return new Map(entries)
}
