import { setTimeout as sleep } from 'node:timers/promises'
import { createSessionStorage, type Session, type SessionEvent, type SessionStore } from 'coatcheck'
import { createSessionGroups, createSessionLock, lockOf } from 'coatcheck/accounts'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createRevocations, type Revocable } from 'coatcheck/revocations'
import type { SessionStorage } from 'coatcheck'
import { backendAt } from './shared-backend.ts'

/* What a process does while sessions end that it works with. */

/** Where sessions are: in a store that lists them, in one that does not, or in their cookies, with notes in the store. */
export type Place = 'listed' | 'unlisted' | 'cookies'

/** What all processes know. */
export interface Stage {
  address: string
  place: Place
  userId: string
  group?: string | undefined
  onReuse?: 'report' | 'revoke'
  /** Whether sessions that were not used for `idle` seconds wait for their users, and do not end. */
  locks?: boolean | undefined
  /** Milliseconds that all clocks are ahead, so that each race has a time of its own. */
  ahead: number
}

/** Seconds after which a session is locked. */
const idle = 50

export type Turn = 'set' | 'rotate' | 'kill' | 'again' | 'login' | 'another'
export type End = 'revokeAll' | 'revokeEverybody' | 'revokeGroup' | 'block' | 'revoke' | 'destroy'

export type Act =
  | { type: 'enter'; stage: Stage }
  /** Logs in, and begins logins that are saved when all meet. */
  | { type: 'logIn'; saved: number; begun: number }
  | { type: 'turn'; cookie: string; turn: Turn }
  /** Does all turns of each lane in one request, which is saved when all meet. Answers what was seen. */
  | { type: 'begin'; lanes: Lane[] }
  /** Begins to work with these sessions, until they are over. Answers when each was written once. */
  | { type: 'work'; lanes: Lane[] }
  /** Does all of this at the same time. */
  | { type: 'meet'; end?: EndOf | undefined; turns?: Lane[]; reads?: string[] }
  /** Answers when no session is left to work with, or with those that would not end. */
  | { type: 'leave' }

/** A cookie, and what is done with it: one turn after the other, in this order. */
export interface Lane {
  cookie: string
  turns: Turn[]
}

export interface Held {
  cookie: string
  handle: string
}

/** What somebody sees of a session. */
export interface Sight {
  userId: string | undefined
  /** Whom it waits for. */
  locked: string | undefined
  /** How many values there are. */
  size: number
  /** Them, and whose they say that they are. */
  data: Record<string, unknown>
}

/** What a request has seen before it changed anything, and after that. */
export interface Seen {
  before: Sight
  after: Sight
}

export interface EndOf {
  by: End
  /** The sessions, if they are ended one by one. */
  sessions: Held[]
}

/** What a process was given, and what it saw. */
export interface Report {
  issued: { cookie: string; isByLogin: boolean }[]
  events: SessionEvent['type'][]
  /** Lanes that were alive when they were told to stop, and once more after that. */
  survivors: number
}

export type Ending = SessionStorage & Revocable

/** With no memory of what has been noted: so what has ended is over at once. */
export function openPlace(
  place: Place,
  store: SessionStore,
  { group, onReuse, locks, ahead }: Pick<Stage, 'group' | 'onReuse' | 'locks' | 'ahead'>,
  onEvent?: (event: SessionEvent) => void,
): Ending {
  const options = {
    onReuse,
    onEvent,
    regenerateGrace: 1,
    clockTolerance: 0,
    now: () => Date.now() + ahead,
    ...(locks && { idleTimeout: idle, lock: createSessionLock() }),
    groups: group === undefined ? undefined : createSessionGroups(),
    revocations: createRevocations({ cache: 0, store: place === 'cookies' ? store : undefined }),
  }
  if (place === 'cookies') return createCookieSessionStorage(options) as unknown as Ending
  const storage = createSessionStorage(place === 'listed' ? store : withoutList(store), options)
  return storage as unknown as Ending
}

function withoutList(store: SessionStore): SessionStore {
  return {
    read: (key) => store.read(key),
    write: (key, value, options) => store.write(key, value, options),
    delete: (key) => store.delete(key),
  }
}

export function sightOf(session: Session): Sight {
  const { userId, size, data } = session
  return { userId, locked: lockOf(session)?.userId, size, data: data[0] }
}

const turns: Readonly<Record<Turn, (session: Session, stage: Stage) => void>> = {
  set: (session) => {
    session.update('n', (n) => Number(n ?? 0) + 1)
    session.set('of', session.userId)
  },
  rotate: (session) => session.regenerateId(),
  kill: (session) => session.regenerateId(true),
  again: (session) => session.reauthenticate(),
  login: (session, { userId, group }) => session.login(userId, { group }),
  another: (session, { userId }) => session.login(`not ${userId}`),
}

const ends: Readonly<
  Record<End, (storage: Ending, stage: Stage, sessions: Held[]) => Promise<unknown>>
> = {
  revokeAll: (storage, { userId }) => storage.revokeAll(userId),
  revokeEverybody: (storage) => storage.revokeEverybody(),
  revokeGroup: (storage, { group }) => storage.revokeGroup(group!),
  block: (storage, { userId }) => storage.block(userId),
  revoke: (storage, _, sessions) =>
    Promise.all(sessions.map(({ handle }) => storage.revoke(handle))),
  destroy: (storage, _, sessions) =>
    Promise.all(
      sessions.map(async ({ cookie }) => {
        const session = await storage.read(cookie)
        session.destroy()
        await storage.save(session)
      }),
    ),
}

class Scene {
  readonly #storage: Ending
  readonly #stage: Stage
  readonly #issued: Map<string, boolean> = new Map()
  readonly #events: SessionEvent['type'][] = []
  readonly #begun: Session[] = []
  #working: Promise<boolean>[] = []
  #isOver = false

  constructor(store: SessionStore, stage: Stage) {
    this.#stage = stage
    this.#storage = openPlace(stage.place, store, stage, ({ type }) => this.#events.push(type))
  }

  async logIn(saved: number, begun: number): Promise<Held[]> {
    const sessions = await Promise.all(
      Array.from({ length: saved + begun }, () => this.#storage.read(null)),
    )
    for (const session of sessions) {
      turns.login(session, this.#stage)
      turns.set(session, this.#stage)
    }
    this.#begun.push(...sessions.splice(saved))
    const save = async (session: Session): Promise<Held> => {
      const cookie = await this.#save(session, true)
      return { cookie: cookie!, handle: session.handle }
    }
    return Promise.all(sessions.map(save))
  }

  /** @returns What the visitor has then; undefined if nobody is behind this cookie. */
  async turn(cookie: string, turn: Turn): Promise<string | undefined> {
    const session = await this.#storage.read(cookie)
    if (session.isNew) return undefined
    turns[turn](session, this.#stage)
    return (await this.#save(session, turn === 'login' || turn === 'another')) ?? cookie
  }

  async begin(lanes: Lane[]): Promise<Seen[]> {
    return Promise.all(
      lanes.map(async (lane) => {
        const session = await this.#storage.read(lane.cookie)
        const before = sightOf(session)
        for (const turn of lane.turns) turns[turn](session, this.#stage)
        this.#begun.push(session)
        return { before, after: sightOf(session) }
      }),
    )
  }

  async #save(session: Session, isLogin: boolean): Promise<string | null> {
    const cookie = await this.#storage.save(session)
    if (cookie) this.#issued.set(cookie, (this.#issued.get(cookie) ?? false) || isLogin)
    return cookie
  }

  async work(lanes: Lane[]): Promise<void> {
    await Promise.all(
      lanes.map(
        (lane) => new Promise<void>((resolve) => this.#working.push(this.#walk(lane, resolve))),
      ),
    )
  }

  /** @returns Whether it lives on. */
  async #walk(lane: Lane, begun: () => void): Promise<boolean> {
    let { cookie } = lane
    for (let n = 0; ; n++) {
      const isLast = this.#isOver
      const next = await this.turn(cookie, lane.turns[n % lane.turns.length]!).finally(begun)
      if (next === undefined) return false
      if (isLast) return true
      cookie = next
      // The end takes what time the machine leaves it, and this is no race for that.
      await sleep(20)
    }
  }

  async meet({ end, turns: lanes = [], reads = [] }: Act & { type: 'meet' }): Promise<void> {
    await Promise.all([
      end && ends[end.by](this.#storage, this.#stage, end.sessions),
      ...this.#begun.splice(0).map((session) => this.#save(session, true)),
      ...lanes.map((lane) => this.turn(lane.cookie, lane.turns[0]!)),
      ...reads.map((cookie) => this.#storage.read(cookie)),
    ])
  }

  async leave(): Promise<Report> {
    this.#isOver = true
    const alive = await Promise.all(this.#working.splice(0))
    return {
      issued: [...this.#issued].map(([cookie, isByLogin]) => ({ cookie, isByLogin })),
      events: this.#events,
      survivors: alive.filter(Boolean).length,
    }
  }
}

let scene: Scene

export async function act(given: Act): Promise<unknown> {
  if (given.type === 'enter') {
    const { store } = await backendAt(given.stage.address)
    scene = new Scene(store, given.stage)
    return undefined
  }
  if (given.type === 'logIn') return scene.logIn(given.saved, given.begun)
  if (given.type === 'turn') return scene.turn(given.cookie, given.turn)
  if (given.type === 'begin') return scene.begin(given.lanes)
  if (given.type === 'work') return scene.work(given.lanes)
  if (given.type === 'meet') return scene.meet(given)
  return scene.leave()
}
