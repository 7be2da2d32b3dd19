import type { ValueCodec } from '../../core/record/codec.ts'
import type { SessionState } from '../../core/session/session-state.ts'

/** A session's data as JSON texts by their keys: copies, and what to compare with at the end. */
export type Texts = ReadonlyMap<string, string>

/** Under which name a session's cookie is kept beside its data. */
export const cookieKey = 'cookie'

/** The data of `req.session`, or of whatever an app has put there. */
export function textsOf(session: object, codec: ValueCodec): Texts {
  const texts = new Map<string, string>()
  for (const [key, value] of Object.entries(session)) {
    const text = key === cookieKey ? undefined : textOf(codec, key, value)
    if (text !== undefined) texts.set(key, text)
  }
  return texts
}

/** What the session holds, as it is stored. */
export function storedTexts({ values, codec }: SessionState): Texts {
  return textsOf(Object.fromEntries(values), codec)
}

/** Copies of the values, for the app. */
export function valuesOf(texts: Texts, codec: ValueCodec): [key: string, value: unknown][] {
  return Array.from(texts, ([key, text]) => [key, codec.decode(JSON.parse(text))])
}

/**
 * Notes on the session how it differs from what the app had: by as few changes as need be, because other requests may be
 * changing it as well.
 */
export function noteDifferences(state: SessionState, before: Texts, now: Texts): void {
  for (const key of before.keys()) {
    if (now.has(key)) continue
    state.change({ type: 'unset', key })
  }
  for (const [key, text] of now) {
    if (before.get(key) === text) continue
    state.change({ type: 'set', key, value: state.codec.decode(JSON.parse(text)) })
  }
}

/** As express-session keeps it: what JSON makes of it. A codec comes first, for what it can keep better. */
function textOf(codec: ValueCodec, key: string, value: unknown): string | undefined {
  if (codec.isPlain) return JSON.stringify(value)
  try {
    return codec.print(key, value)
  } catch {
    const text = JSON.stringify(value)
    return text && codec.print(key, JSON.parse(text))
  }
}

export function isSame(before: Texts, now: Texts): boolean {
  return before.size === now.size && [...now].every(([key, text]) => before.get(key) === text)
}
