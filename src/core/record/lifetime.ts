import { configError } from '../errors.ts'
import { type OptionKinds, readOptions } from '../options.ts'
import { warnOnce } from '../runtime/platform.ts'
import type { LoginTerms } from './terms.ts'

/**
 * Seconds that anything of ours lives at most: the 400 days that browsers keep a cookie (RFC 6265bis §5.5).
 */
export const longestLifetime = 34_560_000
/** Seconds without use after which a session ends, if the app says nothing. */
export const usualIdle = 86_400

/** How long sessions live. All durations are seconds. */
export interface LifetimeOptions {
  /**
   * How long a session may go unused, in seconds: 1 to 34,560,000 (400 days). Kept by the server,
   * whatever the browser does with Max-Age (ASVS 7.3.1). Default 86,400 (a day).
   */
  idleTimeout?: number | undefined
  /**
   * How long a session may live at most, in seconds, counted from its start and again from each
   * `login()`: 1 to 34,560,000 (400 days). It wins over `idleTimeout` (ASVS 7.3.2). Default
   * 2,592,000 (30 days).
   */
  absoluteTimeout?: number | undefined
  /**
   * How long a session that nobody has logged in to may go unused, in seconds: 1 to 34,560,000. It keeps visitors
   * who come once, and floods of them, from filling a store. Default: as long as `idleTimeout`, which wins if it is
   * shorter.
   */
  anonymousTimeout?: number | undefined
  /**
   * Timeouts of sessions that `session.persist(true)` was called on, because their visitor wants to stay logged in: both in
   * seconds, 1 to 34,560,000. What is left out is as for other sessions.
   */
  persistent?: PersistentLifetimeOptions | undefined
  /**
   * How long the old id stays readable after `regenerateId()`, in seconds: 0 to 300. It never
   * applies to `login()` and `regenerateId(true)`: the id that they end reads as a new session at
   * once, which for 5 seconds (or this, if it is less) is saved only if it logs in or rotates its id. Default 30.
   */
  regenerateGrace?: number | undefined
}

export type PersistentLifetimeOptions = Pick<LifetimeOptions, 'idleTimeout' | 'absoluteTimeout'>

const persistentKinds: OptionKinds<PersistentLifetimeOptions> = {
  idleTimeout: 'number',
  absoluteTimeout: 'number',
}

export const lifetimeKinds: OptionKinds<LifetimeOptions> = {
  ...persistentKinds,
  anonymousTimeout: 'number',
  persistent: 'object',
  regenerateGrace: 'number',
}

type Preset = Required<Pick<LifetimeOptions, 'idleTimeout' | 'absoluteTimeout'>>

/** Timeouts of NIST SP 800-63B-4 for its three assurance levels: spread one into the options. */
export const timeouts: {
  readonly aal1: Preset
  readonly aal2: Preset
  readonly aal3: Preset
} = {
  /** §2.1.3: at most 30 days overall; no inactivity limit is asked for. */
  aal1: { idleTimeout: 2_592_000, absoluteTimeout: 2_592_000 },
  /** §2.2.3: at most 24 hours overall, 1 hour of inactivity. */
  aal2: { idleTimeout: 3600, absoluteTimeout: 86_400 },
  /** §2.3.3: at most 12 hours overall, 15 minutes of inactivity. */
  aal3: { idleTimeout: 900, absoluteTimeout: 43_200 },
}

/** The instants of a record, in milliseconds since the epoch. */
export interface Instants {
  createdAt: number
  /** When the visitor last logged in. */
  authenticatedAt?: number | undefined
  lastUsedAt: number
  idleDeadline: number
  absoluteDeadline: number
  /** Whose session it is, if anybody's. */
  owner?: string | undefined
  /** Whether the visitor stays logged in, if that was said. */
  persistent?: boolean | undefined
  /** What the login said beside who it is. */
  terms?: LoginTerms | undefined
}

/** What may be told of a session that waits, or will wait. Instants are milliseconds since the epoch. */
export interface WaitInfo {
  /** When it is locked unless it is used before. Of a locked session: when it ends. */
  expiresAt: number
  isLocked: boolean
  /** When it ends although it waits. */
  waitsUntil: number
}

type TimeoutOptions = Preset & Pick<LifetimeOptions, 'anonymousTimeout'>

/** In milliseconds. */
interface Timeouts {
  idle: number
  /** Of a session that nobody has logged in to. */
  anonymous: number
  absolute: number
}

/** A clock that runs ahead of ours by more than this, in milliseconds, is not believed. */
const clockTolerance = 300_000
/** Milliseconds in which a request that was sent before its id was killed may still arrive. */
const inFlight = 5000

/** The only arithmetic on time: deadlines, and whether they have passed. */
export class Lifetime {
  readonly #usual: Timeouts
  readonly #persistent: Timeouts
  /** Milliseconds that an old id stays readable after a plain rotation. */
  readonly grace: number
  /** Milliseconds that a killed id, which may read nothing, is taken for one that was on its way. */
  readonly retirement: number

  constructor(options: LifetimeOptions) {
    const { idleTimeout = usualIdle, absoluteTimeout = 2_592_000, regenerateGrace = 30 } = options
    const { anonymousTimeout, persistent } = options
    const usual = { idleTimeout, absoluteTimeout, anonymousTimeout }
    this.#usual = timeoutsOf(usual, options)
    const own = readOptions('persistent', persistent, persistentKinds)
    this.#persistent = timeoutsOf({ ...usual, ...own }, own)
    this.grace = seconds('regenerateGrace', regenerateGrace, [0, 300]) * 1000
    this.retirement = Math.min(this.grace, inFlight)
  }

  /** The instants of a session that starts now. */
  start(now: number): Instants {
    return {
      createdAt: now,
      lastUsedAt: now,
      idleDeadline: now + this.#usual.idle,
      absoluteDeadline: now + this.#usual.absolute,
    }
  }

  /** The same session, used now. `authenticatedAt` is given when a login came with it. */
  use(instants: Instants, now: number, authenticatedAt?: number): Instants {
    const { idle, absolute } = this.#timeoutsOf(instants)
    return {
      createdAt: instants.createdAt,
      authenticatedAt: authenticatedAt ?? instants.authenticatedAt,
      lastUsedAt: now,
      idleDeadline: now + idle,
      absoluteDeadline:
        authenticatedAt === undefined ? instants.absoluteDeadline : authenticatedAt + absolute,
      persistent: instants.persistent,
    }
  }

  /** The same session, whose visitor stays logged in or does not: as if that had been said when it began. */
  persist(instants: Instants, persistent: boolean | undefined): Instants {
    const { idle } = this.#timeoutsOf({ persistent })
    const next = { ...instants, persistent, idleDeadline: instants.lastUsedAt + idle }
    return this.until(next, instants.terms?.until)
  }

  /** The same session, to end then at the latest. */
  until(instants: Instants, end: number = Infinity): Instants {
    return { ...instants, absoluteDeadline: Math.min(end, this.#absoluteEnd(instants)) }
  }

  /**
   * When the session ends if it is not used again. Today's options count beside the deadlines in
   * the record, so that shortening them takes effect at once.
   */
  end(instants: Instants): number {
    return Math.min(
      instants.idleDeadline,
      instants.absoluteDeadline,
      instants.lastUsedAt + this.#idleOf(instants),
      this.#absoluteEnd(instants),
    )
  }

  /** When the absolute timeout is over. */
  #absoluteEnd(instants: Instants): number {
    const { authenticatedAt, createdAt } = instants
    return (authenticatedAt ?? createdAt) + this.#timeoutsOf(instants).absolute
  }

  /** When the session ends, if it is alive; one that claims to come from the future is not. */
  endIfLive(instants: Instants, now: number): number | undefined {
    const end = this.end(instants)
    return now < end && instants.lastUsedAt <= now + clockTolerance ? end : undefined
  }

  /** Whether a use is worth a write: when a tenth of the idle timeout has gone since the last. */
  isTouchDue(instants: Instants, now: number): boolean {
    return now - instants.lastUsedAt >= this.#idleOf(instants) / 10
  }

  #idleOf(instants: Instants): number {
    const { idle, anonymous } = this.#timeoutsOf(instants)
    return instants.owner === undefined ? anonymous : idle
  }

  #timeoutsOf({ persistent }: Pick<Instants, 'persistent'>): Timeouts {
    return persistent === true ? this.#persistent : this.#usual
  }

  /**
   * Whether the session is locked and waits for its user. This and what follows is only where sessions wait:
   * `patient-lifetime.ts`.
   */
  isWaiting?(record: Instants, now: number): boolean
  /** Until when a store keeps a session that is written now, if longer than until its end. */
  keptUntil?(record: Instants): number | undefined
  /** How long the session waits, if it waits. */
  waitOf?(record: Instants, now: number): WaitInfo | undefined

  /** The latest end that any session starting now can have without a login. */
  horizon(now: number): number {
    return now + Math.max(this.#usual.absolute, this.#persistent.absolute)
  }
}

/** @param given What of it the app has said itself. */
function timeoutsOf(
  { idleTimeout, absoluteTimeout, anonymousTimeout = idleTimeout }: TimeoutOptions,
  given: PersistentLifetimeOptions,
): Timeouts {
  if (given.absoluteTimeout === undefined && given.idleTimeout! > absoluteTimeout) {
    warnOnce(
      `idleTimeout (${given.idleTimeout}) is over absoluteTimeout (${absoluteTimeout}), which wins: set both`,
    )
  }
  const idle = timeout('idleTimeout', idleTimeout)
  const anonymous = timeout('anonymousTimeout', anonymousTimeout)
  const absolute = timeout('absoluteTimeout', absoluteTimeout)
  return { idle, anonymous: Math.min(anonymous, idle), absolute }
}

function timeout(name: string, value: number): number {
  return seconds(name, value, [1, longestLifetime]) * 1000
}

/** @throws {SessionError} `ERR_SESSION_CONFIG` unless it is a whole number within bounds. */
export function seconds(
  name: string,
  value: number,
  [least, most]: readonly [least: number, most: number],
): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw configError(
      `${name} must be a whole number of seconds from ${least} to ${most}, got ${String(value)}`,
    )
  }
  return value
}
