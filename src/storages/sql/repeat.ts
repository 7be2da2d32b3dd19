import { randomBytes } from '../../core/runtime/random.ts'
import { isLostRace } from './errors.ts'

/** As many as somebody may meet who ends a session that many others write to. */
const mostAttempts = 20

/**
 * Does it again when it lost, after a pause that grows: nothing must fail because somebody else wrote.
 *
 * @param assertInTime Throws when nobody waits for it any more.
 */
export async function repeatLostRaces<T>(
  work: () => Promise<T>,
  assertInTime: () => void,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!isLostRace(error) || attempt === mostAttempts) throw error
    }
    const pause = (randomBytes(1)[0]! / 255) * attempt * 2
    await new Promise((resolve) => setTimeout(resolve, pause))
    assertInTime()
  }
}
