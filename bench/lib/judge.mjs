import { speedup } from './measure.mjs'
import { targets } from './targets.mjs'

const times = (figure) => `${figure.toFixed(2)} ×`
const bytes = (figure) => `${Math.round(figure) + 0} B`

/** How each measure makes its figure of our row and the other, and says it. */
const measures = {
  faster: { of: speedup, isAtLeast: true, say: times },
  within: {
    of: (ours, other) => speedup(other, ours),
    say: times,
  },
  longer: {
    of: (ours, other) => ours.setCookieBytes - other.setCookieBytes,
    say: (figure) => `${Math.round(figure)} B`,
  },
  ownCost: {
    of: (ours, other) => ours.netUs - other.netUs,
    say: (figure) => `${figure.toFixed(1)} µs`,
  },
  bytes: { of: ({ bytesPerSession }) => bytesPerSession, say: bytes },
  bytesOnceExpired: { of: ({ bytesOnceExpired }) => bytesOnceExpired, say: bytes },
}

/** What became of the targets that these tables have the rows for. The fastest of several candidates is judged against. */
export function judge(tables) {
  return targets.flatMap((target) => {
    const rows = tables.find(({ id }) => id === target.table)?.rows ?? []
    const ours = rows.find(({ name }) => name === target.ours)
    const other = rows.filter(target.against?.isCandidate ?? (() => false)).sort(byNet)[0]
    if (ours === undefined || (target.against && other === undefined)) return []
    const { of, say, isAtLeast } = measures[target.measure]
    const reached = of(ours, other)
    return {
      ...target,
      other: other?.name,
      wanted: `${isAtLeast ? '≥' : '≤'} ${wantedOf(target)}`,
      reached: say(reached),
      met: isAtLeast ? reached >= target.limit : reached <= target.limit,
    }
  })
}

/** The targets that these tables cannot judge: a row or its table was not measured. */
export function unjudged(verdicts) {
  const judged = new Set(verdicts.map(({ label }) => label))
  return targets.filter((target) => !judged.has(target.label) && isPossible(target))
}

/** Node 20 has no node:sqlite. */
function isPossible({ ours }) {
  return !ours.includes('node:sqlite') || process.getBuiltinModule?.('node:sqlite') !== undefined
}

/** As it was promised: 1.15 × keeps both digits, 4 × gets none. */
export function wantedOf({ measure, limit }) {
  const unit = { ownCost: 'µs', longer: 'B', bytes: 'B', bytesOnceExpired: 'B' }[measure] ?? '×'
  return `${limit.toLocaleString('en')} ${unit}`
}

function byNet(a, b) {
  return a.netUs - b.netUs
}
