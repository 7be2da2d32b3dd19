import { footHeight, headHeight, margin, picture, round, text, width } from './frame.mjs'

const left = margin + 58
const right = 190
const plotHeight = 250
/** Between the names at the ends of lines. */
const leastBetween = 16

/** What is drawn always has the same colour. */
const colours = ['memory', 'files', 'SQLite', 'Redis', 'PostgreSQL', 'sealed cookie']

/** Lines over an axis that is logarithmic. A series is `{ name, points: [[x, y], ...] }`; `x.say` and `y.say` name values. */
export function drawLines({ title, notes, sources, series, x, y }) {
  const top = headHeight(notes) + 20
  const bottom = top + plotHeight
  const xs = Array.from(new Set(series.flatMap(({ points }) => points.map(([at]) => at)))).sort(
    (a, b) => a - b,
  )
  const ys = series.flatMap(({ points }) => points.map(([, value]) => value))
  const across = scale(xs[0], xs.at(-1), left, width - right, x.isLinear)
  const [low, high] = [10 ** Math.floor(Math.log10(Math.min(...ys))), Math.max(...ys) * 1.15]
  const up = scale(low, high, bottom, top)

  const body = [text(margin, top - 12, y.label, 'faint small')]
  for (const value of ticks(low, high)) {
    const at = round(up(value))
    body.push(
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/>`,
      text(left - 8, at + 4, y.say(value), 'faint small', 'end'),
    )
  }
  for (const value of xs) {
    body.push(text(across(value), bottom + 20, x.say(value), 'faint small', 'middle'))
  }
  body.push(text((left + width - right) / 2, bottom + 40, x.label, 'faint small', 'middle'))

  const ends = series
    .map(({ name, points }) => ({
      name,
      number: colours.indexOf(name),
      wanted: up(points.at(-1)[1]),
    }))
    .sort((a, b) => a.wanted - b.wanted)
  let previous = -Infinity
  for (const end of ends) {
    end.at = Math.max(end.wanted, previous + leastBetween)
    previous = end.at
  }
  series.forEach(({ name, points }) => {
    const number = colours.indexOf(name)
    const path = points.map(([at, value]) => `${round(across(at))},${round(up(value))}`)
    body.push(`<polyline class="line c${number}" points="${path.join(' ')}"/>`)
    for (const place of path) {
      const [cx, cy] = place.split(',')
      body.push(`<circle class="d${number}" cx="${cx}" cy="${cy}" r="3"/>`)
    }
  })
  for (const { name, number, at } of ends) {
    body.push(text(width - right + 10, at + 4, name, `small d${number}`))
  }
  const height = bottom + 52 + footHeight(sources)
  return picture({ title, notes, sources, height: Math.round(height), body })
}

function scale(from, to, start, end, isLinear = false) {
  const of = isLinear ? (value) => value : Math.log10
  const span = of(to) - of(from) || 1
  return (value) => start + ((of(value) - of(from)) / span) * (end - start)
}

/** 1, 10, 100, and 2 and 5 of each where there are few of them. */
function ticks(low, high) {
  const decades = Math.log10(high / low)
  const steps = decades > 2.5 ? [1] : decades > 1.3 ? [1, 3] : [1, 2, 5]
  const found = []
  for (let power = low; power <= high; power *= 10) {
    found.push(...steps.map((step) => power * step).filter((tick) => tick >= low && tick <= high))
  }
  return found
}
