import { lockOf } from 'coatcheck/accounts'
import {
  type Ending,
  handleOf,
  type History,
  type Moment,
  never,
  type Sight,
  type Span,
  type Visit,
} from './history.ts'
import { type RevokeAllStep, type RevokeStep, users, type VisitStep } from './plan.ts'
import type { VirtualTime } from '../virtual-time.ts'
import type { Doing, Storage, World } from './world.ts'

type Session = Awaited<ReturnType<Storage['read']>>
type Named<Step> = Step & { name: string }

/** Does the steps of a plan and notes what came of them. */
export class Actor {
  readonly #world: World
  readonly #time: VirtualTime
  readonly #visits: Visit[] = []
  readonly #endings: Ending[] = []

  constructor(world: World, time: VirtualTime) {
    this.#world = world
    this.#time = time
  }

  async do(step: Named<VisitStep | RevokeStep | RevokeAllStep>): Promise<void> {
    const { store, fault } = step
    const doing: Doing = { store, fault, counts: {}, events: [] }
    await this.#world.run(doing, () =>
      step.type === 'visit' ? this.#visit(step, doing) : this.#end(step),
    )
  }

  /** Looks at everything once more. */
  async finish(): Promise<Omit<History, 'onReuse' | 'locks'>> {
    const { inspector, corrupt } = this.#world
    const sights = new Map<string, Sight | undefined>()
    const moment = this.#moment()
    for (const id of new Set(this.#visits.map(({ issued }) => issued))) {
      if (id !== undefined) sights.set(id, this.#look(await inspector.read(id), true))
    }
    const sessions = new Map<string, string[]>()
    for (const userId of users) {
      const all = await inspector.sessionsOf(userId)
      sessions.set(
        userId,
        all.map(({ handle }) => handle),
      )
    }
    const last = { moment, sights, sessions }
    return { visits: this.#visits, endings: this.#endings, last, corrupt }
  }

  #moment(): Moment {
    return { step: this.#time.step(), at: this.#time.now() }
  }

  #span(): Span {
    return { begin: this.#moment(), end: never }
  }

  async #visit(step: Named<VisitStep>, doing: Doing): Promise<void> {
    const { name, server, visitor, isPage, writes, turn, userId } = step
    const storage = this.#world.servers[server]!
    const sent = choose(
      this.#visits.filter((one) => one.visitor === visitor).flatMap(idOf),
      step.id,
    )
    const planned = { name, server, visitor, isPage, writes, turn, userId, sent }
    const visit: Visit = {
      ...planned,
      read: this.#span(),
      save: { begin: never, end: never },
      saw: undefined,
      loginAt: undefined,
      outcome: 'none',
      events: [],
      issued: undefined,
    }
    this.#visits.push(visit)
    try {
      const session = await storage.read(sent ?? null, {
        flashUse: () => (isPage ? 'all' : 'none'),
      })
      visit.read.end = this.#moment()
      visit.saw = this.#look(session, isPage)
      await this.#time.delay(step.think)
      this.#act(session, visit, step)
      await this.#time.delay(step.linger)
      visit.save.begin = this.#moment()
      await this.#save(storage, session, visit, doing)
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SESSION_STORE') throw error
      visit.outcome = visit.save.begin === never ? 'unread' : 'failed'
    }
    visit.events = doing.events.map((event) =>
      event.type === 'interrupted' ? `${event.type} ${event.reason}` : event.type,
    )
    visit.save.end = this.#moment()
  }

  #look(session: Session, isPage: boolean): Sight | undefined {
    if (session.isNew) return undefined
    const names = this.#visits.map(({ name }) => name)
    return {
      userId: session.userId,
      locked: lockOf(session)?.userId,
      add: [...((session.get('list') as string[] | undefined) ?? [])],
      put: names.filter((name) => session.has(`put ${name}`)),
      leave: isPage ? names.filter((name) => session.has(`leave ${name}`)) : [],
    }
  }

  #act(session: Session, visit: Visit, { unlocks }: VisitStep): void {
    if (lockOf(session) !== undefined) this.#meetLock(session, visit, unlocks)
    const { name, turn, userId, writes } = visit
    if (turn === 'login') {
      visit.loginAt = this.#moment()
      session.login(userId)
    }
    if (turn === 'rotate' || turn === 'kill') session.regenerateId(turn === 'kill')
    if (turn === 'destroy') return session.destroy()
    for (const kind of writes) {
      if (kind === 'put') session.set(`put ${name}`, name)
      if (kind === 'leave') session.flash(`leave ${name}`, name)
      if (kind === 'add') session.update('list', (all) => [...((all as string[]) ?? []), name])
    }
  }

  /** What may be done with a locked session is done, and everything else is refused. */
  #meetLock(session: Session, visit: Visit, unlocks: boolean): void {
    const { name, turn } = visit
    if (turn === 'login' || turn === 'destroy') return
    const { userId } = lockOf(session)!
    if (unlocks) {
      Object.assign(visit, { turn: 'unlock', userId, loginAt: this.#moment() })
      return session.reauthenticate()
    }
    for (const change of [() => session.set('locked', name), () => session.regenerateId(true)]) {
      try {
        change()
        this.#world.corrupt.push(`${name} changed what was locked`)
      } catch (error) {
        if ((error as { reason?: unknown }).reason !== 'locked') throw error
      }
    }
    Object.assign(visit, { turn: undefined, writes: [] })
  }

  async #save(storage: Storage, session: Session, visit: Visit, doing: Doing): Promise<void> {
    try {
      const value = await storage.save(session)
      visit.save.end = this.#moment()
      visit.outcome = visit.turn === 'destroy' ? 'destroyed' : outcomeOf(doing)
      if (value && value !== visit.sent) visit.issued = value
    } catch (error) {
      // Nobody was given it, and nobody may ever see by it what they should not.
      if (session.id !== visit.sent && visit.turn !== 'destroy') visit.issued = session.id
      throw error
    }
  }

  async #end(step: Named<RevokeStep | RevokeAllStep>): Promise<void> {
    const storage = this.#world.servers[step.server]!
    const handles = this.#visits.flatMap(({ issued }) => issued ?? []).map(handleOf)
    const which = step.type === 'revoke' ? step.handle : step.except
    const target = which === undefined ? undefined : choose([...new Set(handles)], which)
    const ending: Ending = { ...step, target, span: this.#span(), isDone: false }
    this.#endings.push(ending)
    try {
      if (step.type === 'revokeAll') {
        await storage.revokeAll(step.userId, target === undefined ? {} : { except: target })
      } else if (target !== undefined) {
        await storage.revoke(target, step.asOwner ? { userId: step.userId } : {})
      }
      ending.isDone = true
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SESSION_STORE') throw error
    }
    ending.span.end = this.#moment()
  }
}

/** The storage says by its events what became of a save. */
function outcomeOf({ events }: Doing): Visit['outcome'] {
  const last = events.findLast(({ type }) => type === 'saved' || type === 'interrupted')
  return (last?.type as 'saved' | 'interrupted' | undefined) ?? 'quiet'
}

/** Ids that a visitor was given. */
function idOf({ issued, outcome }: Visit): string[] {
  return issued !== undefined && outcome === 'saved' ? [issued] : []
}

/** 1 for the newest. */
function choose(all: readonly string[], choice: number): string | undefined {
  return choice === 1 ? all.at(-1) : all[Math.floor(choice * all.length)]
}
