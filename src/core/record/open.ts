import type { EventEmitter } from '../events.ts'
import { andThen, type MaybePromise } from '../runtime/maybe-promise.ts'
import type { ValueCodec } from './codec.ts'
import type { Lifetime } from './lifetime.ts'
import { decodeRecord, type SessionRecord } from './record.ts'
import { hideUnfit, type StandardSchema } from './schema.ts'

/** What a storage reads its records with. */
interface Reader {
  readonly codec: ValueCodec
  readonly schema: StandardSchema | undefined
  readonly lifetime: Lifetime
  readonly events: EventEmitter
  readonly now: () => number
}

/**
 * The record in a string, if it is whole, ours and alive. What is wrong with it is reported.
 *
 * @param handle The key that it was read from, where there is a store.
 */
export function openRecord(
  { codec, schema, lifetime, events, now }: Reader,
  text: string,
  handle: string | undefined,
): MaybePromise<SessionRecord | undefined> {
  const dropped: string[] = []
  const record = decodeRecord(text, codec, dropped)
  if (record === undefined || (handle !== undefined && record.handle !== handle)) {
    events.emit({ type: 'corrupt', handle, keys: [] })
    return undefined
  }
  if (!lifetime.isLive(record, now())) {
    events.emit({ type: 'expired', handle: record.handle, userId: record.owner })
    return undefined
  }
  function report(unfit: readonly string[]): SessionRecord | undefined {
    const keys = [...dropped, ...unfit]
    if (keys.length > 0) events.emit({ type: 'corrupt', handle: record!.handle, keys })
    return record
  }
  return schema === undefined ? report([]) : andThen(checkValues(schema, record), report)
}

function checkValues(
  schema: StandardSchema,
  record: SessionRecord,
): MaybePromise<readonly string[]> {
  const older = record.previous?.contents
  return andThen(hideUnfit(schema, record), (unfit) =>
    older === undefined
      ? unfit
      : andThen(hideUnfit(schema, older), (others) => [...unfit, ...others]),
  )
}
