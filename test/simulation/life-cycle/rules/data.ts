import { handleOf, isBefore, isProof, type Visit } from '../history.ts'
import type { Lineage } from '../lineage.ts'
import { lifetimes } from '../plan.ts'
import { type Look, looksOf } from './lives.ts'

const grace = lifetimes.regenerateGrace * 1000

type Fate = 'must be there' | 'may be there' | 'must not be there'

/** What was saved is there, once, and nothing else is. */
export function checkData(lineage: Lineage): string[] {
  return looksOf(lineage.history).flatMap((look) => {
    const { saw, who, id } = look
    if (saw === undefined) return []
    const where = `under the id of ${lineage.issuerOf(id).name} for ${who}`
    if (saw.locked !== undefined) {
      const isSeen = [saw.add, saw.put, saw.leave].some((some) => some.length > 0)
      return isSeen ? [`something is seen ${where}, which is locked`] : []
    }
    const twice = new Set(saw.add).size < saw.add.length ? [`something is twice ${where}`] : []
    const wrong = lineage.history.visits.flatMap((write) => {
      const fate = fateOf(lineage, write, look)
      return write.writes
        .filter((kind) => kind !== 'leave')
        .filter((kind) => {
          const isThere = saw[kind].includes(write.name)
          return fate === (isThere ? 'must not be there' : 'must be there')
        })
        .map((kind) => `${kind} of ${write.name} ${fate} ${where}`)
    })
    return [...twice, ...wrong]
  })
}

/** Messages are shown, and not again. */
export function checkMessages(lineage: Lineage): string[] {
  const looks = looksOf(lineage.history).filter(({ isPage }) => isPage)
  const leaving = lineage.history.visits.filter(({ writes }) => writes.includes('leave'))
  return leaving.flatMap((write) => {
    const { name } = write
    const shown = looks.filter(({ saw }) => saw?.leave.includes(name))
    const wrong = shown.filter((look) => fateOf(lineage, write, look) === 'must not be there')
    const lost = looks.filter(
      (look) =>
        look.who === 'the last look' &&
        look.saw !== undefined &&
        look.saw.locked === undefined &&
        shown.length === 0 &&
        fateOf(lineage, write, look) === 'must be there',
    )
    return [
      ...wrong.map(({ who }) => `the message of ${name} is not for ${who}`),
      ...lost.map(({ id }) => `the message of ${name} is lost ${lineage.issuerOf(id).name}`),
      ...shown
        .filter(({ id, begin }) => isUsedUp(lineage, name, id, begin))
        .map(({ who }) => `the message of ${name} is shown again to ${who}`),
    ]
  })
}

function isUsedUp(lineage: Lineage, name: string, id: string, begin: Look['begin']): boolean {
  return lineage.history.visits.some(
    ({ sent, issued, isPage, outcome, saw, save }) =>
      // Under the id that this page put out they stay as they were.
      (issued ?? sent) === id &&
      isPage &&
      outcome === 'saved' &&
      saw?.leave.includes(name) === true &&
      isBefore(save.end, begin),
  )
}

/** Whether what this visit wrote belongs to what is seen. */
function fateOf(lineage: Lineage, write: Visit, look: Look): Fate {
  const { outcome, save, sent, saw, read, issued } = write
  if (!isBefore(save.begin, look.end)) return 'must not be there'
  const path = lineage.dataPathOf(look.id)
  // An id that nobody was given, because the store failed, promises nothing.
  const isGiven = path.every((id) => lineage.issuerOf(id).outcome === 'saved')
  const isSaved = isGiven && outcome === 'saved' && isBefore(save.end, look.begin)
  const isSure = outcome === 'saved' || outcome === 'interrupted' || outcome === 'quiet'
  if (issued !== undefined) {
    // What is set in a request with a new id belongs to that id.
    if (path.includes(issued)) return isSaved ? 'must be there' : 'may be there'
    if (isSure || saw === undefined || !path.includes(sent!)) return 'must not be there'
  }
  const place = saw === undefined ? -1 : path.indexOf(sent!)
  if (place < 0 || outcome === 'interrupted') return 'must not be there'
  if (place === 0) return isSaved ? 'must be there' : 'may be there'
  // It was read under an id that another one has followed since, and perhaps one more.
  const steps = path.slice(0, place).map((one) => lineage.issuerOf(one))
  const next = steps.at(-1)!
  if (isBefore(next.save.end, read.begin)) return 'must not be there'
  const isEarly = steps.every((step) =>
    isContested(lineage, step) ? isBefore(save.end, step.read.begin) : true,
  )
  return isSaved && isEarly && isBefore(read.end, next.save.begin)
    ? 'must be there'
    : 'may be there'
}

/**
 * Whether the id that this one came with may have ended before it was saved, by somebody else or because its grace was
 * over. Then it goes on with what it had seen: an id that was ended sees nothing any more.
 */
function isContested(lineage: Lineage, next: Visit): boolean {
  return lineage.visitsOf(handleOf(next.sent!)).some((other) => {
    if (other === next || !isBefore(other.save.begin, next.save.end)) return false
    if (other.turn !== 'rotate') return isProof(other) || other.turn === 'kill'
    // The second rotation ends the id before the first.
    return other.sent !== next.sent || next.save.end.at >= other.save.begin.at + grace
  })
}
