import { handleOf, type Visit } from './history.ts'
import type { Story } from './story.ts'
import { mayBeReplaced } from './successors.ts'

/** An id from which another one came. */
export interface Ancestor {
  cookie: string
  /**
   * Whether what was written under it when it was old is passed on as well: only to a session of its own. `perhaps`,
   * if nobody was told that this one was made: then the old id may have lived on, and been written to.
   */
  old: 'yes' | 'no' | 'perhaps'
  /** What was acknowledged before this moment is passed on for certain. */
  sureUntil: number
  /** What began after this moment is not passed on. */
  closedAt: number
}

/** The cookie, and those from which it came. */
export function lineageOf(story: Story, cookie: string): Ancestor[] {
  const all: Ancestor[] = [{ cookie, old: 'yes', sureUntil: Infinity, closedAt: Infinity }]
  for (let one = cookie; ;) {
    const { parent, visit } = story.origin(one) ?? {}
    if (parent === undefined) return all
    const isOwn = handleOf(parent) !== handleOf(one)
    const isKnown = visit!.outcome === 'written'
    const old = !isOwn ? 'no' : isKnown ? 'yes' : 'perhaps'
    // One that lost a race goes on with what it had seen: an id that was ended sees nothing any more.
    const sureUntil = isOwn && mayHaveLost(story, visit!) ? visit!.reading.begin.at : Infinity
    const closedAt = isKnown ? visit!.saving!.end!.at : Infinity
    all.push({ cookie: parent, old, sureUntil, closedAt })
    one = parent
  }
}

/** Whether the id of a login that began a session of its own may have ended before it was saved. */
function mayHaveLost(story: Story, login: Visit): boolean {
  const { grace, skew } = story.history.rules
  const handle = handleOf(login.cookie!)
  const until = login.saving!.end ?? { at: Infinity, clock: Infinity }
  const isEnded = story.visitsOf(handle).some((other) => {
    const { kind, cookie, saving } = other
    if (other === login || saving === undefined || saving.begin.at > until.at) return false
    if (kind !== 'rotate') return kind === 'login' || kind === 'kill'
    // The second change ends the id before the first.
    return cookie !== login.cookie || until.clock + skew >= saving.begin.clock + grace
  })
  return isEnded || mayBeReplaced(story, handle, { until: until.at, except: login })
}
