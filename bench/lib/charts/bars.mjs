import {
  footHeight,
  headHeight,
  margin,
  microseconds,
  picture,
  round,
  text,
  width,
} from './frame.mjs'

const barHeight = 15
const barGap = 3
const groupGap = 16
const longestBar = 270

/**
 * Groups of bars, each group on a scale of its own: its longest bar is as long as bars get.
 * A group is `{ label, bars: [{ name, us, kind }] }`.
 */
export function drawBars({ title, notes, sources, groups, labelWidth = 170 }) {
  const left = margin + labelWidth
  const body = []
  let y = headHeight(notes)
  for (const { label, bars } of groups) {
    const longest = Math.max(...bars.map(({ us }) => us))
    label
      .split('\n')
      .forEach((line, at) =>
        body.push(text(margin, y + 12 + at * 16, line, at === 0 ? 'group' : 'faint small')),
      )
    for (const { name, us, kind } of bars) {
      const length = Math.max(2, (us / longest) * longestBar)
      body.push(
        `<rect class="${kind}" x="${left}" y="${round(y)}" width="${round(length)}" height="${barHeight}" rx="2"/>`,
        text(left + length + 8, y + 12, `${microseconds(us)}  ${name}`, 'small'),
      )
      y += barHeight + barGap
    }
    y += groupGap
  }
  const height = y + footHeight(sources)
  return picture({ title, notes, sources, height: Math.round(height), body, width })
}
