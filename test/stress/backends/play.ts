import process from 'node:process'
import type { SessionStore } from 'coatcheck'
import type { Member } from './member.ts'
import { type Act, type Ending, openPlace, type Place, type Stage } from './scene.ts'

/** Milliseconds between one race and the next, by the clocks of all processes: more than an ended id is known for, or a session goes unused. */
const gap = 100_000

/** Where some processes race, one time after the other, on one backend. */
export class Play {
  readonly #members: readonly Member[]
  readonly #address: string
  readonly #store: SessionStore
  #races = 0

  constructor(
    members: readonly Member[],
    { address, store }: { address: string; store: SessionStore },
  ) {
    this.#members = members
    this.#address = address
    this.#store = store
  }

  /** Tells each of them something else, and waits for all. */
  tell<T>(actOf: (n: number) => Act): Promise<T[]> {
    return Promise.all(
      this.#members.map((member, n) => member.ask({ do: 'act', act: actOf(n) }) as Promise<T>),
    )
  }

  /** Tells the first one alone. */
  ask<T>(act: Act): Promise<T> {
    return this.#members[0]!.ask({ do: 'act', act }) as Promise<T>
  }

  /** A name that no other race has. */
  get name(): string {
    return `${process.pid}-${this.#races}`
  }

  /** Each time another one ends the sessions. */
  get ender(): number {
    return this.#races % this.#members.length
  }

  /** All go to where no race has been, or on with the same sessions, so much later. */
  async enter(place: Place, options: Partial<Stage> = {}): Promise<Stage> {
    const ahead = ++this.#races * gap
    const stage = { address: this.#address, place, userId: this.name, ahead, ...options }
    await this.tell(() => ({ type: 'enter', stage }))
    return stage
  }

  /** Looks with the eyes of a server that has seen nothing of it. */
  look(stage: Stage): Ending {
    return openPlace(stage.place, this.#store, { ...stage, ahead: stage.ahead + 1000 })
  }
}

export async function logIn(storage: Ending, { userId, group }: Stage): Promise<string | null> {
  const session = await storage.read(null)
  session.login(userId, { group })
  return storage.save(session)
}

/** Those of these cookies that still stand for a session, locked or not. */
export async function living(storage: Ending, cookies: readonly string[]): Promise<string[]> {
  const alive = []
  for (const cookie of cookies) if (!(await storage.read(cookie)).isNew) alive.push(cookie)
  return alive
}
