import type { IndexedStore } from 'coatcheck'
import { Actor } from './actor.ts'
import type { History } from './history.ts'
import type { OnReuse, Step } from './plan.ts'
import { Random } from '../random.ts'
import { VirtualTime } from '../virtual-time.ts'
import { type Storage, World } from './world.ts'

export interface PlayOptions {
  seed: string
  clocks: readonly number[]
  onReuse: OnReuse
  locks: boolean
  openStore: (now: () => number) => IndexedStore
  spoil?: (storage: Storage) => Storage
}

/** Does what is planned, and writes down how it went. */
export async function play(plan: readonly Step[], options: PlayOptions): Promise<History> {
  const { seed, clocks, onReuse, locks, openStore, spoil } = options
  const random = new Random(seed)
  const time = new VirtualTime(random.fork('time'))
  const store = openStore(time.now)
  const world = new World({
    time,
    random: random.fork('store'),
    store,
    clocks,
    onReuse,
    locks,
    ...(spoil && { spoil }),
  })
  const actor = new Actor(world, time)
  try {
    return await time.run(async () => {
      const underWay: Promise<void>[] = []
      for (const step of plan) {
        if (step.type === 'wait') {
          await Promise.all(underWay.splice(0))
          await time.delay(step.milliseconds)
        } else {
          await time.delay(step.before)
          underWay.push(actor.do(step))
        }
      }
      await Promise.all(underWay)
      // What servers with slow clocks have written is not of the future then.
      await time.delay(1)
      return { ...(await actor.finish()), onReuse, locks }
    })
  } finally {
    world.end()
    await (store as { close?(): Promise<void> }).close?.()
  }
}
