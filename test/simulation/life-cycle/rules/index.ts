import { checkData, checkMessages } from './data.ts'
import { handleOf, type History, ownerIn } from '../history.ts'
import { Lineage } from '../lineage.ts'
import { checkLives, checkOutcomes, checkSaves } from './lives.ts'
import type { Tolerance } from './possible-ends.ts'

/** Says what in a history should not have been. */
export function check(history: History, tolerance: Tolerance): string[] {
  const lineage = new Lineage(history)
  return [
    ...checkLives(lineage, tolerance),
    ...checkOutcomes(lineage, tolerance),
    ...checkSaves(lineage, tolerance),
    ...checkData(lineage),
    ...checkMessages(lineage),
    ...checkIndex(lineage),
    ...history.corrupt,
  ]
}

/** The list of a user's sessions has each that lives, and no other. */
function checkIndex({ history }: Lineage): string[] {
  const { sights, sessions } = history.last
  return [...sessions].flatMap(([userId, listed]) => {
    const theirs = [...sights].filter(([, saw]) => saw && ownerIn(saw) === userId)
    const live = new Set(theirs.map(([id]) => handleOf(id)))
    const missing = [...live].filter((handle) => !listed.includes(handle))
    const surplus = listed.filter((handle) => !live.has(handle))
    return [
      ...missing.map(() => `a session of ${userId} is not listed`),
      ...surplus.map(() => `a session of ${userId} is listed, and no id opens it`),
    ]
  })
}
