import type { IndexedStore } from 'coatcheck'

/* Servers that share a store, in each order in which their calls can come there. */

/** What a server does. Between its calls to the store it waits for nobody. */
export type Act = (store: IndexedStore) => Promise<unknown>

/**
 * One after the other, each time in another order, until there is none left.
 *
 * @param switches How often one who could go on may have to wait for another one, at most. Default as often as there are calls.
 * @returns In how many orders.
 */
export async function inEachOrder(
  run: (together: (store: IndexedStore, ...acts: Act[]) => Promise<string>) => Promise<void>,
  switches: number = Number.POSITIVE_INFINITY,
): Promise<number> {
  let order: Choice[] = []
  for (let orders = 1; ; orders++) {
    const taken: Choice[] = []
    await run((store, ...acts) => meet(store, acts, { order, taken, switches }))
    while (taken.length > 0 && taken.at(-1)!.nth + 1 === taken.at(-1)!.of) taken.pop()
    const last = taken.pop()
    if (last === undefined) return orders
    order = [...taken, { ...last, nth: last.nth + 1 }]
  }
}

/** Which of those who could go on did. */
interface Choice {
  nth: number
  of: number
}

class Server {
  readonly name: number
  readonly done: Promise<unknown>
  #wake: () => void = () => {}
  readonly #calls: (() => void)[] = []
  isDone = false

  constructor(store: IndexedStore, act: Act, name: number) {
    this.name = name
    const held = async <T>(call: () => Promise<T>): Promise<T> => {
      await new Promise<void>((resolve) => {
        this.#calls.push(resolve)
        this.#wake()
      })
      return call()
    }
    this.done = act({
      read: (key) => held(() => store.read(key)),
      write: (key, value, options) => held(() => store.write(key, value, options)),
      delete: (key) => held(() => store.delete(key)),
      keysOf: (owner) => held(() => store.keysOf(owner)),
    }).finally(() => {
      this.isDone = true
      this.#wake()
    })
  }

  /** Until it calls the store, or is done. */
  async arrived(): Promise<void> {
    if (this.#calls.length > 0 || this.isDone) return
    await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  goOn(): void {
    this.#calls.shift()!()
  }
}

/** @returns In which order they went, for a message. */
async function meet(
  store: IndexedStore,
  acts: Act[],
  { order, taken, switches }: { order: readonly Choice[]; taken: Choice[]; switches: number },
): Promise<string> {
  const servers = acts.map((act, name) => new Server(store, act, name))
  const path: number[] = []
  let left = switches
  let last: Server | undefined
  for (;;) {
    for (const server of servers) await server.arrived()
    const waiting = servers.filter(({ isDone }) => !isDone)
    if (waiting.length === 0) break
    const goesOn = last?.isDone === false
    const able = goesOn && left === 0 ? [last!] : waiting
    const nth = order[taken.length]?.nth ?? 0
    taken.push({ nth, of: able.length })
    const next = able[nth]!
    if (goesOn && next !== last) left--
    path.push(next.name)
    next.goOn()
    last = next
  }
  await Promise.all(servers.map(({ done }) => done))
  return path.join('')
}
