import type { Random } from '../random.ts'

/** What turns a session into another one, or ends it. */
export type Turn = 'rotate' | 'kill' | 'login' | 'unlock' | 'destroy'

/** A store that fails in one of its operations, before it has done anything or after. */
export interface Fault {
  operation: 'read' | 'write' | 'delete' | 'keysOf'
  /** 0 for the first one in this step. */
  nth: number
  when: 'before' | 'after'
}

interface Timing {
  /** Which storage does it: several storages are several servers. */
  server: number
  /** Virtual milliseconds. */
  before: number
  store: number
  fault: Fault | undefined
}

/** Chosen when it is done, by a number from 0 to below 1: what there is to choose from follows from what was done before. */
type Choice = number

export interface VisitStep extends Timing {
  type: 'visit'
  visitor: number
  id: Choice
  writes: ('add' | 'put' | 'leave')[]
  isPage: boolean
  /** If the session is locked, it can be unlocked, or logged in to, or ended. */
  turn: Exclude<Turn, 'unlock'> | undefined
  /** Whether its user proves who they are, if it is locked and nothing else is done with it. */
  unlocks: boolean
  userId: string
  /** Between reading and acting, between acting and saving. */
  think: number
  linger: number
}

export interface RevokeStep extends Timing {
  type: 'revoke'
  handle: Choice
  asOwner: boolean
  userId: string
}

export interface RevokeAllStep extends Timing {
  type: 'revokeAll'
  userId: string
  except: Choice | undefined
}

/** Everybody comes to an end first. */
export interface WaitStep {
  type: 'wait'
  milliseconds: number
}

export type Step = (VisitStep | RevokeStep | RevokeAllStep | WaitStep) & { name: string }

export const users = ['ada', 'bob']
export const visitors = 3
/** In seconds. */
export const lifetimes = { idleTimeout: 600, absoluteTimeout: 3600, regenerateGrace: 30 }
/** What a storage does when an id comes back after its end. */
export type OnReuse = 'report' | 'revoke'

const turns = { none: 50, rotate: 14, kill: 10, login: 20, destroy: 6 } as const
/** Where sessions wait for their users, more have one. */
const lockingTurns = { none: 52, rotate: 6, kill: 5, login: 32, destroy: 5 } as const
/** Longer than an ended id is known, than a grace, than a session may go unused. */
const longThoughts = [6000, 40_000, 601_000]
const waits = [0, 0, 0, 1, 1000, 100_000, ...longThoughts]
/** And many are locked. */
const lockingWaits = [0, 1000, 601_000, 601_000, 601_000]

/** What happens in one history. */
export function makePlan(random: Random, servers: number, locks: boolean): Step[] {
  return Array.from({ length: random.between(4, 22) }, (_, i) => {
    // Each draws from its own, so that leaving one out changes nothing about the others.
    const own = random.fork(i)
    return { ...makeStep(own, own.below(servers), locks), name: `${i}` }
  })
}

function makeStep(
  random: Random,
  server: number,
  locks: boolean,
): VisitStep | RevokeStep | RevokeAllStep | WaitStep {
  const timing = {
    server,
    before: random.percent(60) ? random.between(0, 6) : 0,
    store: random.percent(70) ? random.between(0, 6) : 0,
    fault: random.percent(8) ? makeFault(random) : undefined,
  }
  const userId = random.percent(75) ? users[0]! : users[1]!
  const type = random.weighed({ visit: 76, wait: locks ? 20 : 14, revoke: 3, revokeAll: 7 })
  if (type === 'wait') return { type, milliseconds: random.pick(locks ? lockingWaits : waits) }
  if (type === 'revoke') {
    return { ...timing, type, userId, handle: random.next(), asOwner: random.percent(50) }
  }
  if (type === 'revokeAll') {
    return {
      ...timing,
      type,
      userId,
      except: random.percent(40) ? random.pick([1, random.next()]) : undefined,
    }
  }
  const turn = random.weighed(locks ? lockingTurns : turns)
  return {
    ...timing,
    type,
    userId,
    visitor: random.percent(70) ? 0 : random.below(visitors),
    id: random.percent(70) ? 1 : random.next(),
    writes: (['add', 'put', 'leave'] as const).filter(() => random.percent(45)),
    isPage: random.percent(30),
    turn: turn === 'none' ? undefined : turn,
    think: random.percent(4) ? random.pick(longThoughts) : random.between(0, random.pick([0, 12])),
    linger: random.percent(50) ? random.between(0, 12) : 0,
    unlocks: random.percent(75),
  }
}

function makeFault(random: Random): Fault {
  return {
    operation: random.pick(['read', 'write', 'write', 'delete', 'keysOf'] as const),
    nth: random.percent(60) ? 0 : random.between(1, 2),
    when: random.pick(['before', 'after'] as const),
  }
}
