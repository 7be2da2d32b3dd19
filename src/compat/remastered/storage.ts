import { SessionError, SessionValueError } from '../../core/errors.ts'
import type { Session } from '../../core/session/session.ts'
import { stateOf } from '../../core/session/state-of.ts'
import type { SessionState } from '../../core/session/session-state.ts'
import type { SessionStorage as CoreStorage } from '../../core/life-cycle/session-storage.ts'
import { assertStorable } from '../../core/record/storable.ts'
import type { SessionStorage, StoredSession } from './session-store.ts'

/** What `toHeader` has to know from `fromHeader`. */
interface OpenedSession {
  readonly session: Session
  /** What the session holds as this request knows it: JSON, by the names that the core has for it. */
  readonly texts: Map<string, string>
}

/*
 * A value is kept under its key, and a flash message in an array under a name of its own, so that requests
 * at the same time meet key by key. The array is empty where only the mark is left of a message: it goes
 * with whatever is set under its key. Keys that look like ours get two underscores more.
 */
const flashPrefix = '__flash_'
const flashName = (key: string) => flashPrefix + key
const valueName = (key: string) => (key.startsWith('__') ? `__${key}` : key)
const isFlash = (name: string) => name.startsWith(flashPrefix)

function keyOf(name: string): string {
  if (isFlash(name)) return name.slice(flashPrefix.length)
  return name.startsWith('____') ? name.slice(2) : name
}

/**
 * A storage of Remastered's kind on one of ours. Its header is the bare cookie value, `''` if the
 * session was ended meanwhile.
 *
 * @param lifetime Milliseconds that a session lives after each commit.
 */
export function createStorageOn<Value>(
  storage: CoreStorage,
  lifetime: number,
): SessionStorage<Value, OpenedSession> {
  async function open(value?: string): Promise<OpenedSession> {
    const session = await storage.read(value ?? null)
    const entries = [...stateOf(session).values]
    return {
      session,
      texts: new Map(entries.map(([name, entry]) => [name, JSON.stringify(entry)])),
    }
  }

  return {
    async fromHeader(value) {
      const opened = await open(value)
      return [contentOf(opened.texts), opened]
    },

    async toHeader(stored, given: OpenedSession | undefined) {
      const { session, texts } = given ?? (await open())
      const state = stateOf(session)
      const next = textsOf(stored)
      const saved = await state.whenIdle(() => {
        noteChanges(state, texts, next)
        state.wish({ endsBy: state.now() + lifetime })
        return storage.save(session)
      })
      // There is a new end to write, and nothing here gives a session another id: null says that it ended.
      return saved ?? ''
    },
  }
}

/** Copies, so that changing an object in place leaves what was read as it was. */
function contentOf<Value>(texts: ReadonlyMap<string, string>): StoredSession<Value> {
  const content = new Map<string, Value>()
  const flashedKeys = new Set<string>()
  for (const [name, text] of texts) {
    const key = keyOf(name)
    const value = JSON.parse(text)
    if (!isFlash(name)) {
      content.set(key, value)
    } else if (Array.isArray(value)) {
      flashedKeys.add(key)
      if (value.length > 0) content.set(key, value[0])
    }
  }
  return { content, flashedKeys }
}

function textsOf({ content, flashedKeys }: StoredSession<unknown>): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [key, value] of content) {
    const text = jsonOf(key, value)
    if (flashedKeys.has(key)) texts.set(flashName(key), `[${text}]`)
    else texts.set(valueName(key), text)
  }
  for (const key of flashedKeys) if (!content.has(key)) texts.set(flashName(key), '[]')
  return texts
}

/** Notes on the session how it differs from what the request knew, and remembers that as known. */
function noteChanges(
  state: SessionState,
  texts: Map<string, string>,
  next: ReadonlyMap<string, string>,
): void {
  for (const [name, text] of texts) {
    if (next.has(name)) continue
    if (isFlash(name)) {
      // A message that another request has left under this key meanwhile is not this one.
      const update = (now: unknown) => (JSON.stringify(now) === text ? null : (now ?? null))
      state.change({ type: 'update', key: name, update })
    } else {
      state.change({ type: 'unset', key: name })
    }
    texts.delete(name)
  }
  for (const [name, text] of next) {
    if (texts.get(name) === text) continue
    // A message that another request has left there meanwhile would take a value along.
    state.change({ type: 'unset', key: flashName(keyOf(name)) })
    state.change({ type: 'set', key: name, value: JSON.parse(text) })
    texts.set(name, text)
  }
}

/** The value as JSON; `undefined` is `null` there. What JSON would lose is refused. */
function jsonOf(key: string, value: unknown): string {
  try {
    return JSON.stringify(value ?? null, (_, part: unknown) => {
      if (part !== undefined && !Array.isArray(part)) assertStorable(key, kindOf(part))
      return part
    })
  } catch (error) {
    if (error instanceof SessionError) throw error
    throw new SessionValueError(key, 'JSON refused it', { cause: error })
  }
}

/** An object without its parts, which come by themselves. */
function kindOf(part: unknown): unknown {
  const isObject = typeof part === 'object' && part !== null
  return isObject ? Object.create(Object.getPrototypeOf(part)) : part
}
