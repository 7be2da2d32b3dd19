import type { IndexedStore } from 'coatcheck'
import { createMemoryStore } from 'coatcheck/memory-storage'
import type { History } from './history.ts'
import { makePlan, type Step } from './plan.ts'
import { play } from './play.ts'
import { Random } from '../random.ts'
import { check } from './rules/index.ts'
import type { Tolerance } from './rules/possible-ends.ts'
import { shrink } from './shrink.ts'
import { tell } from './story.ts'
import type { Storage } from './world.ts'

export interface Setting {
  /** For each server, how far its clock is ahead, in milliseconds. */
  clocks: readonly number[]
  /** Whether sessions of users wait after their idle timeout. Default: the seed decides. */
  locks?: boolean
  openStore?: (now: () => number) => IndexedStore
  spoil?: (storage: Storage) => Storage
}

/** Another server may refuse a login for so long after all sessions of its user were ended, in milliseconds. */
const refusal = 400_000

function locksIn(
  seed: string,
  { locks = new Random(seed).fork('locks').percent(50) }: Setting,
): boolean {
  return locks
}

/** Plays a history and judges it. */
async function tryOut(
  seed: string,
  steps: readonly Step[],
  setting: Setting,
): Promise<{ history: History; wrong: string[] }> {
  const { clocks, openStore = (now) => createMemoryStore({ now }), spoil } = setting
  const locks = locksIn(seed, setting)
  const onReuse = new Random(seed).fork('onReuse').pick(['report', 'revoke'] as const)
  const history = await play(steps, {
    seed,
    clocks,
    onReuse,
    locks,
    openStore,
    ...(spoil && { spoil }),
  })
  const apart = Math.max(...clocks) - Math.min(...clocks)
  const tolerance: Tolerance = { margin: 2000 + apart, refusal }
  return { history, wrong: check(history, tolerance) }
}

/** The first of these seeds that goes wrong, with as few steps as show it, in words. */
export async function search(
  seeds: Iterable<string>,
  setting: Setting,
): Promise<string | undefined> {
  for (const seed of seeds) {
    const plan = makePlan(new Random(seed), setting.clocks.length, locksIn(seed, setting))
    if ((await tryOut(seed, plan, setting)).wrong.length === 0) continue
    const fails = async (steps: readonly Step[]) =>
      (await tryOut(seed, steps, setting)).wrong.length > 0
    const { history, wrong } = await tryOut(seed, await shrink(plan, fails), setting)
    return [`seed ${seed}: ${wrong.join('; ')}`, ...tell(history)].join('\n  ')
  }
  return undefined
}
