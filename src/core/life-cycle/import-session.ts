import type { ValueCodec } from '../record/codec.ts'
import type { ImportedSession } from '../cookie/importers.ts'
import type { ReadOptions } from './life-cycle.ts'
import { dropUnfit } from '../record/schema.ts'
import { Session } from '../session/session.ts'
import { SessionState } from '../session/session-state.ts'
import type { StorageContext } from './storage-options.ts'

/**
 * A session that began in another library, as a new one of ours that is saved with this response.
 * What cannot be stored is left out and reported.
 */
export async function importSession(
  context: StorageContext,
  { values, flash = {}, userId }: ImportedSession,
  options: ReadOptions | undefined,
): Promise<Session> {
  const { codec, schema, events } = context
  const dropped: string[] = []
  const branch = {
    values: storable(values, codec, dropped),
    flash: storable(flash, codec, dropped),
  }
  const unfit = schema === undefined ? [] : await dropUnfit(schema, branch.values)
  const keys = [...dropped, ...unfit]
  if (keys.length > 0) events.emit({ type: 'corrupt', keys })
  const now = context.now()
  const flashUse = options?.flashUse?.() ?? 'all'
  const state = new SessionState(
    {
      codec,
      branch,
      flashUse,
      hadCookie: true,
      imported: { owner: userId },
      createdAt: now,
      expiresAt: context.lifetime.end(context.lifetime.start(now)),
    },
    context.now,
  )
  if (flashUse !== 'all') {
    for (const [key, value] of branch.flash) state.change({ type: 'flash', key, value })
  }
  events.emit({ type: 'imported', handle: state.handle, userId })
  return new Session(state)
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
