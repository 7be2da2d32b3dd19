import { createContext } from '../core/life-cycle/storage-options.ts'
import { withoutContext } from '../core/record/context.ts'
import { parseSessionId } from '../core/record/id.ts'
import { longestLifetime } from '../core/record/lifetime.ts'
import { decodeRecord, type Contents, type SessionRecord } from '../core/record/record.ts'
import { openHeld, openRecord } from '../core/record/standing.ts'
import { cryptoBackend } from '../core/runtime/crypto/choose.ts'
import type { SessionStore } from '../core/store/session-store.ts'

/** What a cookie's value stands for. */
export interface Verdict {
  /** Why an app would give it a new session. */
  refused?: string | undefined
  handle?: string | undefined
  record?: SessionRecord | undefined
  contents?: Contents | undefined
  /** Whether nobody looked if the session is alive. */
  isUnknown?: boolean | undefined
}

/** The deadlines in the record decide: what the app's options are now is not known here. */
const context = createContext({ idleTimeout: longestLifetime, absoluteTimeout: longestLifetime })

const standings = {
  retired:
    'this id was ended a moment ago by a login or regenerateId(true); the visitor has a newer one',
  reused:
    'this id was replaced, and its time is over: where it comes from an old copy, that may be theft',
  unknown: 'the id is not the one of this session: it was replaced long ago, or somebody guessed',
}

/** @param store Where sessions are kept; without, what the cookie says is all there is. */
export async function judge(value: string, store?: SessionStore): Promise<Verdict> {
  const parts = parseSessionId(value)
  if (parts === undefined) return judgeRecord(withoutContext(value).text)
  const { handle, secret } = parts
  if (store === undefined) {
    return { handle, isUnknown: true }
  }
  const stored = await store.read(handle)
  if (stored === undefined) {
    return {
      handle,
      refused: 'there is no such session: it was ended, it expired, or it is in another storage',
    }
  }
  return judgeRecord(stored.value, { handle, secretHash: await cryptoBackend.sha256(secret) })
}

async function judgeRecord(
  text: string,
  held?: { handle: string; secretHash: string },
): Promise<Verdict> {
  const record = decodeRecord(text, context.codec)
  if (record === undefined || (held !== undefined && record.handle !== held.handle)) {
    return {
      handle: held?.handle,
      refused: 'what is stored is damaged, or not a session of Coatcheck',
    }
  }
  const about = { handle: record.handle, record }
  const stored = { value: text, version: '' }
  const opened = held ? openHeld(context, stored, held) : openRecord(context, stored)
  if (opened === undefined) return { ...about, refused: whyOver(record) }
  if ('by' in opened) return { ...about, contents: opened.contents }
  return { ...about, refused: standings[opened.standing ?? 'unknown'] }
}

function whyOver({
  idleDeadline,
  absoluteDeadline,
  replacedBy,
  lastUsedAt,
  terms,
}: SessionRecord): string {
  const now = Date.now()
  if (replacedBy !== undefined) {
    return `session ${replacedBy} took its place when the user logged in again`
  }
  if (absoluteDeadline <= now) return 'its absolute timeout is over'
  if (idleDeadline <= now && (terms?.waitDeadline ?? 0) > now) {
    return 'its idle timeout is over: it is locked, and waits for its user where the app has the option lock'
  }
  if (idleDeadline <= now) return 'its idle timeout is over: it was not used for too long'
  return lastUsedAt > now
    ? 'it was last used in the future: the clock of this machine, or of the one that wrote it, is wrong'
    : 'it is over'
}
