import { microseconds } from './frame.mjs'
import { drawLines } from './lines.mjs'

/** Values of the axes, by their unit. */
const say = {
  bytes: (bytes) => (bytes >= 1024 ? `${bytes / 1024} KB` : `${bytes} B`),
  percent: (share) => `${share} %`,
  count: (count) => count.toLocaleString('en'),
}

/** The chart of a table of the workload S. */
export function drawScale({ title, notes, series, unit, xLabel, yLabel }, sources) {
  return drawLines({
    title,
    notes,
    sources,
    series,
    x: { label: xLabel, say: say[unit], isLinear: unit === 'percent' },
    y: { label: yLabel, say: microseconds },
  })
}
