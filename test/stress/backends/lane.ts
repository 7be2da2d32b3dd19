import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerSessionStorage } from 'coatcheck'
import { handleOf, type Moment, type Order, type VisitKind } from './history.ts'
import type { Jar } from './jar.ts'
import type { Journal } from './journal.ts'
import { type Deed, deeds, examples, isBrief, type Plan, slotAt, userOf } from './plan.ts'
import { Random } from './random.ts'
import { rethrowUnless, Visitor, type VisitResult } from './visitor.ts'

type Storage = ServerSessionStorage<Record<string, unknown>>

export interface Shop {
  plan: Plan
  storages: { long: Storage; brief: Storage }
  isIndexed: boolean
  jar: Jar
  journal: Journal
  moment: () => Moment
  /** Lets the other processes know. */
  share(slot: number, cookie: string): void
}

/** Of a hundred rotations so many are answered in vain: the visitor never hears of the new id. */
const responsesLost = 15
/** Milliseconds between two visits of an endless lane: during a fault it is time that counts, and not how much is done in it. */
const longestRest = { during: 30, after: 12 }

/** One visit after the other, and now and then an order from outside. */
export class Lane {
  readonly #shop: Shop
  readonly #random: Random
  /** Draws what is done where, and nothing else: so each seed has as many deeds of a kind in each run. */
  readonly #course: Random
  readonly #visitor: Visitor

  constructor(shop: Shop, lane: string) {
    this.#shop = shop
    this.#random = new Random(`${shop.plan.seed} ${lane}`)
    this.#course = new Random(`${shop.plan.seed} ${lane} course`)
    const { process, lanes } = shop.plan
    this.#visitor = new Visitor({ process, lane, lanes, ...shop })
  }

  /** `lastVisits` tells, once it is known, how many an endless lane still makes, not counting those for which the store fails. */
  async run(lastVisits: () => number | undefined): Promise<void> {
    const { visits, endless } = this.#shop.plan
    const isStopping = () => lastVisits() !== undefined
    const wanted = () => (endless ? (lastVisits() ?? Infinity) : visits)
    for (let n = 0, done = 0; done < wanted(); n++) {
      const slot = slotAt((n % visits) / visits, this.#course)
      const deed = this.#course.weighed<Deed>(deeds[isBrief(slot) ? 'brief' : 'long'])
      const isDone = await this.#do(deed, slot)
      const rest = isStopping() ? longestRest.after : longestRest.during
      if (endless) await sleep(this.#random.below(rest + 1))
      if (!endless || (isStopping() && isDone)) done++
    }
    if (endless) await this.#comeAndGo(examples.long)
  }

  /** A session that the others know of, too, ends: surely, whatever became of those before. */
  async #comeAndGo(slot: number): Promise<void> {
    const { cookie } = await this.visit(slot, 'arrive', null)
    if (cookie !== null) this.#keep(slot, cookie)
    await this.visit(slot, 'destroy', cookie)
  }

  #keep(slot: number, cookie: string): void {
    this.#shop.jar.add({ slot, cookie })
    this.#shop.share(slot, cookie)
  }

  /** Returns whether the store has not failed. */
  async #do(deed: Deed, slot: number): Promise<boolean> {
    const { jar, plan } = this.#shop
    const userId = userOf(slot, plan.run)
    const known = jar.pick(slot, this.#random)
    if (deed === 'sweep') return this.#sweep()
    if (deed === 'list') return this.list(userId)
    if (deed === 'revokeAll') return this.#revokeAll(userId, known)
    if (deed === 'revoke') return known === undefined || this.#revoke(handleOf(known))
    const kind = known === undefined ? 'arrive' : deed
    const { outcome, cookie } = await this.visit(slot, kind, kind === 'arrive' ? null : known!)
    const isLost = this.#random.percent(responsesLost)
    if (cookie !== null && cookie !== known && !isLost) this.#keep(slot, cookie)
    const hasFailed = outcome === 'failed' || outcome === 'unknown'
    // Whoever sees an error does not try again in the same moment.
    if (hasFailed) await sleep(5 + this.#random.below(10))
    return !hasFailed
  }

  visit(slot: number, kind: VisitKind, cookie: string | null): Promise<VisitResult> {
    const { plan, storages } = this.#shop
    const brief = isBrief(slot)
    const storage = brief ? storages.brief : storages.long
    const pause = () => this.#pause()
    const userId = userOf(slot, plan.run)
    return this.#visitor.visit({ kind, storage, brief, cookie, userId, pause })
  }

  async #pause(): Promise<void> {
    const { longestPause } = this.#shop.plan
    if (this.#random.percent(40)) return
    const length = this.#random.percent(3) ? 10 * longestPause : longestPause
    await sleep(this.#random.below(length + 1))
  }

  #revoke(handle: string): Promise<boolean> {
    return this.#order({ type: 'revoke', handle }, (storage) => storage.revoke(handle))
  }

  #revokeAll(userId: string, known: string | undefined): Promise<boolean> {
    const except = known !== undefined && this.#random.percent(30) ? handleOf(known) : undefined
    return this.#order({ type: 'revokeAll', userId, ...(except && { except }) }, (storage) =>
      storage.revokeAll(userId, { except }),
    )
  }

  list(userId: string): Promise<boolean> {
    return this.#order({ type: 'list', userId }, async (storage) => {
      const sessions = await storage.sessionsOf(userId)
      return { handles: sessions.map(({ handle }) => handle) }
    })
  }

  #sweep(): Promise<boolean> {
    return this.#order({ type: 'sweep' }, async (storage) => ({
      deleted: await storage.deleteExpired(),
    }))
  }

  async #order(what: OrderDetail, work: (storage: Storage) => Promise<unknown>): Promise<boolean> {
    const { journal, moment, plan, isIndexed, storages } = this.#shop
    if (!isIndexed && (what.type === 'revokeAll' || what.type === 'list')) return true
    const id = journal.createId(plan.process)
    const begin = moment()
    journal.note<Order>({ id, ...what, span: { begin } })
    try {
      const found = await work(storages.long)
      const result = typeof found === 'object' ? found : {}
      journal.note<Order>({ id, ...result, ok: true, span: { begin, end: moment() } })
      return true
    } catch (error) {
      rethrowUnless(error, 'ERR_SESSION_STORE')
      return false
    }
  }
}

type OrderDetail = Order extends infer O
  ? O extends Order
    ? Omit<O, 'id' | 'span'>
    : never
  : never
