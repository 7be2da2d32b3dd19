/* The types of what a session holds. */

/* oxlint-disable typescript/no-explicit-any -- untyped sessions hold anything, as in every peer */
/** What a session's values or flash messages may look like. */
export type SessionData = Record<string, any>
/** Of sessions that were given no types. */
export type UntypedData = any
/* oxlint-enable typescript/no-explicit-any */

export type Key<Data> = Extract<keyof Data, string>

/** What is known of a value wins over messages of which nothing is. */
export type Value<Data, Flash, K> =
  | (K extends keyof Data ? Data[K] | Named<Flash, K> : Message<Flash, K>)
  | undefined

type Named<Flash, K> = string extends keyof Flash ? never : Message<Flash, K>

type Message<Flash, K> = K extends keyof Flash ? Flash[K] : never

/** The messages' type: any, where a schema gives the values theirs and nobody names one for messages. */
export type FlashOf<Flash, Schema> = unknown extends Schema ? Flash : UntypedData
