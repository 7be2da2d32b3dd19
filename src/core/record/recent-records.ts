import { createRecent } from '../runtime/recent.ts'
import { plainCodec } from './codec.ts'
import type { RecordForm } from './form.ts'
import { UnreadValues } from './unread-values.ts'
import { decodeRecord, type SessionRecord } from './record.ts'

/*
 * Most requests only read, and a record that comes again with the same text is not parsed again: JSON was a half of what
 * such a request cost. Its values are the same objects for all requests, so nobody may change them or hand them out;
 * `session/edits.ts` copies first.
 */

/** Reads records, and remembers some of them. */
export interface RecentRecords {
  /** The record of a text whose values are plain JSON. */
  decode(text: string): SessionRecord | undefined
  /** Keeps a record whose objects nobody can change any more. */
  keep(text: string, record: SessionRecord): void
}

export function createRecentRecords({ isOurs }: Pick<RecordForm, 'isOurs'>): RecentRecords {
  // In each form of a record a part of the handle is there.
  const recent = createRecent<SessionRecord>(14)

  return {
    decode(text) {
      const known = recent.find(text)
      if (known !== undefined) return known
      const record = decodeRecord(text, plainCodec, { isOurs })
      if (record) this.keep(text, record)
      return record
    },
    keep(text, record) {
      // Messages are handed out as they are, and few sessions have any.
      const isSimple = record.flash.size === 0 && record.previous?.contents === undefined
      const isKept = isSimple && recent.keep(text, record)
      if (isKept && record.values.constructor === Map) {
        record.values = UnreadValues.of(record.values)
      }
      // It may have objects of one that was kept before.
      record.isShared ||= isKept
    },
  }
}
