import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerSessionStorage, SessionEvent } from 'coatcheck'
import type { Moment, Outcome, Seen, Visit, VisitKind } from './history.ts'
import type { Journal } from './journal.ts'

type Values = Record<string, unknown>
type Storage = ServerSessionStorage<Values>
type Session = Awaited<ReturnType<Storage['read']>>

/** What is emitted while a session is saved: the storage says by it what became of a save. */
const underWay = new AsyncLocalStorage<SessionEvent[]>()

export function noteEvent(event: SessionEvent): void {
  underWay.getStore()?.push(event)
}

export interface VisitorOptions {
  process: string
  lane: string
  /** All lanes of all processes. */
  lanes: readonly string[]
  journal: Journal
  moment: () => Moment
}

export interface VisitOrder {
  kind: VisitKind
  storage: Storage
  brief: boolean
  cookie: string | null
  userId: string
  /** Between reading and saving. */
  pause: () => Promise<unknown>
}

export interface VisitResult {
  outcome: Outcome
  /** What the visitor has afterwards: null for none. */
  cookie: string | null
}

/** Makes requests, one after the other, and writes down how they went. */
export class Visitor {
  readonly #options: VisitorOptions

  constructor(options: VisitorOptions) {
    this.#options = options
  }

  async visit({ kind, storage, brief, cookie, userId, pause }: VisitOrder): Promise<VisitResult> {
    const { process, lane, journal, moment } = this.#options
    const id = journal.createId(process)
    const begin = moment()
    journal.note<Visit>({ type: 'visit', id, lane, kind, brief, cookie, reading: { begin } })
    let session: Session
    try {
      session = await storage.read(cookie)
    } catch (error) {
      rethrowUnless(error, 'ERR_SESSION_STORE')
      journal.note<Visit>({ id, outcome: 'failed', reading: { begin, end: moment() } })
      return { outcome: 'failed', cookie }
    }
    const reading = { begin, end: moment() }
    const seen = session.isNew ? undefined : this.#look(session)
    const mayBegin = kind === 'arrive' || kind === 'login'
    if (session.isNew && !mayBegin) {
      journal.note<Visit>({ id, outcome: 'absent', reading })
      return { outcome: 'absent', cookie: null }
    }
    this.#change(session, id, kind, userId)
    const hasLogin = session.userId === userId && kind === 'login'
    const login = hasLogin ? { userId, loginAt: moment().clock } : {}
    // A save may ask for another one: when the id was rotated meanwhile, a login begins a session of its own.
    const issued = () => (session.destroyed || session.id === cookie ? {} : { issued: session.id })
    await pause()
    const saving = { begin: moment() }
    journal.note<Visit>({ id, reading, ...(seen && { seen }), saving, ...login, ...issued() })
    const { outcome, value, hasBegun } = await save(storage, session)
    const apart = seen !== undefined && outcome === 'revoked' && hasBegun ? { isApart: true } : {}
    const end = moment()
    journal.note<Visit>({ id, outcome, saving: { ...saving, end }, ...issued(), ...apart })
    return { outcome, cookie: value === null ? cookie : value === '' ? null : value }
  }

  #look(session: Session): Seen {
    const { lanes } = this.#options
    const ownOf = (lane: string) => [lane, session.get(`own ${lane}`) as string] as const
    return {
      log: [...((session.get('log') as string[] | undefined) ?? [])],
      own: Object.fromEntries(lanes.map(ownOf).filter(([, id]) => id)),
      flash: lanes.map((lane) => session.get(`flash ${lane}`) as string).filter(Boolean),
      userId: session.userId,
    }
  }

  #change(session: Session, id: string, kind: VisitKind, userId: string): void {
    const { lane } = this.#options
    // What is changed after it belongs to the new id alone.
    if (kind === 'rotate') session.regenerateId()
    if (kind === 'kill') session.regenerateId(true)
    if (kind === 'login') session.login(userId)
    if (kind === 'destroy') session.destroy()
    else if (kind === 'set') session.set(`own ${lane}`, id)
    else if (kind === 'flash') session.flash(`flash ${lane}`, id)
    else if (kind !== 'look') session.update('log', (log) => [...((log as string[]) ?? []), id])
  }
}

async function save(
  storage: Storage,
  session: Session,
): Promise<{ outcome: Outcome; value: string | null; hasBegun?: boolean }> {
  const events: SessionEvent[] = []
  try {
    const value = await underWay.run(events, () => storage.save(session))
    const interrupted = events.find((event) => event.type === 'interrupted')
    const hasBegun = events.some(({ type }) => type === 'created')
    if (interrupted !== undefined) {
      return { outcome: interrupted.reason as Outcome, value, hasBegun }
    }
    if (value) return { outcome: 'written', value }
    if (value === '') return { outcome: 'ended', value }
    return { outcome: events.some(({ type }) => type === 'saved') ? 'old' : 'quiet', value }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SESSION_CONFLICT') {
      return { outcome: 'refused', value: null }
    }
    rethrowUnless(error, 'ERR_SESSION_STORE')
    return { outcome: 'unknown', value: null }
  }
}

/** Stores may fail. Anything else is a mistake, of the library or of the test. */
export function rethrowUnless(error: unknown, code: string): void {
  if ((error as { code?: unknown }).code !== code) throw error
}
