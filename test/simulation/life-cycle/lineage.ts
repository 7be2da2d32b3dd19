import { handleOf, type History, ownerIn, type Visit } from './history.ts'

/** Which id came of which. */
export class Lineage {
  readonly history: History
  readonly #issuers: Map<string, Visit>
  readonly #byHandle: Map<string, Visit[]> = new Map()

  constructor(history: History) {
    this.history = history
    const issuing = history.visits.filter(({ issued }) => issued !== undefined)
    this.#issuers = new Map(issuing.map((visit) => [visit.issued!, visit]))
    for (const visit of history.visits) {
      if (visit.sent === undefined) continue
      const handle = handleOf(visit.sent)
      this.#byHandle.set(handle, [...(this.#byHandle.get(handle) ?? []), visit])
    }
  }

  get ids(): string[] {
    return [...this.#issuers.keys()]
  }

  /** The visit that was given this id first. */
  issuerOf(id: string): Visit {
    return this.#issuers.get(id)!
  }

  /** Visits that came with an id of this handle. */
  visitsOf(handle: string): readonly Visit[] {
    return this.#byHandle.get(handle) ?? []
  }

  /** Ids of this handle. */
  idsOf(handle: string): string[] {
    return this.ids.filter((id) => handleOf(id) === handle)
  }

  /** All who were ever logged in with an id of this handle. */
  ownersOf(handle: string): string[] {
    return this.idsOf(handle).flatMap((id) => this.userOf(id) ?? [])
  }

  /** The id whose session went on under this one. */
  parentOf(id: string): string | undefined {
    const { saw, sent } = this.issuerOf(id)
    return saw === undefined ? undefined : sent
  }

  /** The id, the one it came of, and so on. */
  pathOf(id: string): string[] {
    const path = [id]
    for (let parent = this.parentOf(id); parent !== undefined; parent = this.parentOf(parent)) {
      path.push(parent)
    }
    return path
  }

  /** The first handle of which this one came, whether or not its visitor was known by the one before. */
  rootOf(id: string): string {
    const { sent } = this.issuerOf(id)
    return sent === undefined ? handleOf(id) : this.rootOf(sent)
  }

  /** The part of the path whose data the id may have: another user's is left behind. */
  dataPathOf(id: string): string[] {
    const path = this.pathOf(id)
    const cut = path.findIndex((one) => {
      const { turn, saw, userId } = this.issuerOf(one)
      const owner = saw && ownerIn(saw)
      return turn === 'login' && owner !== undefined && owner !== userId
    })
    return cut < 0 ? path : path.slice(0, cut + 1)
  }

  /** The login that this id has its user from. */
  loginOf(id: string): Visit | undefined {
    return this.pathOf(id)
      .map((one) => this.issuerOf(one))
      .find(({ turn }) => turn === 'login')
  }

  /** Whether it is locked where others end. */
  waits(id: string): boolean {
    return this.history.locks && this.userOf(id) !== undefined
  }

  /** The same for the whole life of an id. */
  userOf(id: string): string | undefined {
    return this.loginOf(id)?.userId
  }
}
