import { cryptoBackend } from '../runtime/crypto/choose.ts'
import { ownOnly } from '../runtime/own.ts'
import { pause } from '../runtime/pause.ts'
import { processMark } from '../runtime/turns.ts'
import type { Login } from '../session/wishes.ts'
import type { GuardedStore } from '../store/guarded-store.ts'
import type { StorageContext } from './storage-options.ts'

/** When a user's sessions were all ended. */
interface Moment {
  /** Grows with each time that it is done: the order of all, on every clock. */
  count: number
  /** On the clock of the process that did it, in milliseconds since the epoch. */
  at: number
  /** The last turns of the processes that did it lately, the latest first. */
  turns: readonly [mark: string, turn: number][]
}

/**
 * Says that a user's sessions were all ended, and when. It is kept in the store for logins that were
 * under way: such a login writes its session first and looks for this afterwards, while `revokeAll`
 * writes this first and looks for sessions afterwards. So one of the two sees the other.
 */
interface Revocation {
  last: Moment
  /** The handle of the session that it spared. */
  except: string | undefined
  /** When that one was last ended by another. */
  exceptLast: Moment | undefined
}

/** The same, as it is stored. Version 0.1 knows the three first fields only. */
interface Wire {
  revokedAt: number
  except?: string | undefined
  exceptRevokedAt?: number | undefined
  n?: number
  t?: Moment['turns']
  exceptN?: number | undefined
  exceptT?: Moment['turns'] | undefined
}

const maxAttempts = 20
const mostProcesses = 8

/** The notes that say which users were logged out everywhere. */
export class Revocations {
  readonly #context: StorageContext
  readonly #store: GuardedStore

  constructor(context: StorageContext, store: GuardedStore) {
    this.#context = context
    this.#store = store
  }

  /** Notes that all sessions of the user end in this turn, but for one. */
  async announce(userId: string, except: string | undefined, turn: number): Promise<void> {
    const key = await keyOf(userId)
    const { lifetime, now } = this.#context
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const stored = await this.#store.read(key)
      const before = stored && parse(stored.value)
      const next = following(before, except, { at: now(), turn })
      const written = await this.#store.write(key, serialize(next), {
        replaces: stored?.version ?? null,
        expiresAt: lifetime.horizon(now()),
      })
      if (written !== undefined) return
      await pause(attempt)
    }
    throw this.#store.failure('write', new Error('the revocation could not be written'))
  }

  /** How many times all sessions of the user were ended so far. */
  async count(userId: string): Promise<number> {
    const stored = await this.#store.read(await keyOf(userId))
    return (stored && parse(stored.value)?.last.count) ?? 0
  }

  /** Whether all sessions of the user were ended after this login began, so that it must not stand. */
  async wasRevokedSince(login: Login, handle: string): Promise<boolean> {
    const stored = await this.#store.read(await keyOf(login.userId))
    if (stored === undefined) return false
    const revocation = parse(stored.value)
    // One that cannot be read may have been meant for this login.
    if (revocation === undefined) return true
    const { last, except, exceptLast } = revocation
    const moment = handle === except ? exceptLast : last
    return moment !== undefined && this.#isAfter(moment, login)
  }

  #isAfter({ count, at, turns }: Moment, login: Login): boolean {
    if (login.since !== undefined) return count > login.since
    const mine = turns.find(([mark]) => mark === processMark())
    if (mine !== undefined && mine[1] > login.turn) return true
    // This process did it last, and before the login: then all others did it before that.
    if (mine !== undefined && mine === turns[0]) return false
    const { clockTolerance, now } = this.#context
    // A clock that is so far ahead is wrong, and would keep the user out until it is right.
    if (at > now() + clockTolerance) return false
    return login.at <= at + clockTolerance
  }
}

async function keyOf(userId: string): Promise<string> {
  return `revoked-${await cryptoBackend.sha256(userId)}`
}

function following(
  before: Revocation | undefined,
  except: string | undefined,
  { at, turn }: { at: number; turn: number },
): Revocation {
  const mark = processMark()
  const others = before?.last.turns.filter(([other]) => other !== mark) ?? []
  const turns: Moment['turns'] = [[mark, turn], ...others.slice(0, mostProcesses - 1)]
  // Greater than before, and greater than that of a note which has expired since.
  const count = Math.max((before?.last.count ?? 0) + 1, Math.ceil(at))
  const last = { count, at, turns }
  const exceptLast = before?.except === except ? before?.exceptLast : before?.last
  return { last, except, exceptLast: except === undefined ? undefined : exceptLast }
}

function serialize({ last, except, exceptLast }: Revocation): string {
  const wire: Wire = {
    revokedAt: last.at,
    except,
    exceptRevokedAt: exceptLast?.at,
    n: last.count,
    t: last.turns,
    exceptN: exceptLast?.count,
    exceptT: exceptLast?.turns,
  }
  return JSON.stringify(wire)
}

function parse(text: string): Revocation | undefined {
  try {
    const wire = ownOnly(JSON.parse(text)) as Partial<Wire>
    const last = momentOf(wire.revokedAt, wire.n, wire.t)
    if (last === undefined) return undefined
    const exceptLast = momentOf(wire.exceptRevokedAt, wire.exceptN, wire.exceptT)
    return { last, except: wire.except, exceptLast }
  } catch {
    return undefined
  }
}

/**
 * Version 0.1 does not count. Its time stands for the count then: it is greater than any, so that a token from
 * before is never taken for one from after.
 */
function momentOf(
  at: number | undefined,
  count: number = Math.ceil(Number(at)),
  turns: Moment['turns'] = [],
): Moment | undefined {
  const isWhole = typeof at === 'number' && typeof count === 'number' && Array.isArray(turns)
  return isWhole ? { count, at, turns } : undefined
}
