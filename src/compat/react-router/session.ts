/* oxlint-disable typescript/no-explicit-any -- these are React Router's types, to be assignable to them */

import type { ImportedSession } from '../../core/cookie/importers.ts'

/** What a session holds. */
export interface SessionData {
  [name: string]: any
}

/** The name under which a session's data keeps a flash message. */
type FlashDataKey<Key extends string> = `__flash_${Key}__`

/** A session's values and, under names of their own, its flash messages. */
export type FlashSessionData<Data, FlashData> = Partial<
  Data & { [Key in keyof FlashData as FlashDataKey<Key & string>]: FlashData[Key] }
>

/** A visitor's session, as React Router and Remix 2 have it. */
export interface Session<Data = SessionData, FlashData = Data> {
  /**
   * Names the session in its storage. Empty in one that was not stored when `getSession` made it, and
   * in cookie storage. Half of it is the visitor's secret: keep it out of logs.
   */
  readonly id: string
  /** A copy of everything in it. */
  readonly data: FlashSessionData<Data, FlashData>
  /** Whether there is a value or a flash message of this name. Does not use the message up. */
  has(name: (keyof Data | keyof FlashData) & string): boolean
  /** The value of this name, or else the flash message, which is used up by this. */
  get<Key extends (keyof Data | keyof FlashData) & string>(
    name: Key,
  ):
    | (Key extends keyof Data ? Data[Key] : undefined)
    | (Key extends keyof FlashData ? FlashData[Key] : undefined)
    | undefined
  /** Keeps a value. `null` is one. */
  set<Key extends keyof Data & string>(name: Key, value: Data[Key]): void
  /** Leaves a message until it is read for the first time, in this request or a later one. */
  flash<Key extends keyof FlashData & string>(name: Key, value: FlashData[Key]): void
  /** Removes the value of this name, not the flash message. */
  unset(name: keyof Data & string): void
}

/** Tells sessions from everything else, by their shape. */
export type IsSessionFunction = (object: any) => object is Session

function flashKey(name: string): string {
  return `__flash_${name}__`
}

/**
 * Makes a session without a storage. Applications get theirs from `getSession`.
 *
 * @param initialData Its values. Default none.
 * @param id Of a stored session whose data this is to replace. Default `''`, a new one.
 */
export function createSession<Data = SessionData, FlashData = Data>(
  initialData: Data = {} as Data,
  id = '',
): Session<Data, FlashData> {
  const entries = new Map<string, any>(Object.entries(initialData as SessionData))
  return {
    id,
    get data() {
      return Object.fromEntries(entries) as FlashSessionData<Data, FlashData>
    },
    has: (name) => entries.has(name) || entries.has(flashKey(name)),
    get(name) {
      if (entries.has(name)) return entries.get(name)
      const message = entries.get(flashKey(name))
      entries.delete(flashKey(name))
      return message
    },
    set(name, value) {
      entries.set(name, value)
    },
    flash(name, value) {
      entries.set(flashKey(name), value)
    },
    unset(name) {
      entries.delete(name)
    },
  }
}

/** Tells sessions from everything else, by their shape. */
export const isSession: IsSessionFunction = (object): object is Session =>
  typeof object === 'object' &&
  object !== null &&
  typeof object.id === 'string' &&
  object.data !== undefined &&
  [object.has, object.get, object.set, object.flash, object.unset].every(
    (method) => typeof method === 'function',
  )

/** The data of an imported session in this API's terms. */
export function flattened({ values, flash = {} }: ImportedSession): Record<string, unknown> {
  const session = createSession<SessionData>({ ...values })
  for (const [name, message] of Object.entries(flash)) session.flash(name, message)
  return session.data as Record<string, unknown>
}
