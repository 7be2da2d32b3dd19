import { toAscii } from './ascii.ts'
import { cryptoBackend } from '../../core/runtime/crypto/choose.ts'
import { createHandle } from '../../core/record/id.ts'
import type { WriteOptions } from '../../core/store/session-store.ts'

/** What an SQL database keeps of a record, beside its key. All texts are plain ASCII. */
export interface StoredRow {
  /** To be read with `fromAscii`. */
  value: string
  /** Random, so that a version of a record that was deleted and made anew never comes back. */
  version: string
  /** See {@link hashOwner}. */
  owner: string | null
  /** A whole number of milliseconds since the epoch. */
  expiresAt: number
}

/** A new version of a record. */
export async function makeRow(
  value: string,
  { expiresAt, owner }: Pick<WriteOptions, 'expiresAt' | 'owner'>,
): Promise<StoredRow> {
  return {
    value: toAscii(value),
    version: createHandle(),
    owner: owner === undefined ? null : await hashOwner(owner),
    // Never before its time.
    expiresAt: Math.ceil(expiresAt),
  }
}

/** User ids of any length and in any letters fit the column, and are compared byte by byte. */
export async function hashOwner(owner: string): Promise<string> {
  // Bytes cannot tell lone surrogates apart.
  return cryptoBackend.sha256(toAscii(owner))
}

/** The clock as columns of whole numbers want it. */
export function wholeMilliseconds(now: () => number): () => number {
  return () => Math.floor(now())
}
