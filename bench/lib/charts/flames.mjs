import { escape, footHeight, headHeight, margin, picture, round, text, width } from './frame.mjs'

const rowHeight = 18
const characterWidth = 6.6
/** Narrower boxes, in pixels, are left out: nobody can read them. */
const narrowest = 3
/** Boxes are pale, so that the names in them can be read. */
const styles = `
.own { fill: #b6d7ff } .platform { fill: #dfe4ea } .garbage { fill: #ffd9b8 }
rect { stroke: #ffffff; stroke-width: 0.5 }
@media (prefers-color-scheme: dark) {
  .own { fill: #164a8c } .platform { fill: #3d444d } .garbage { fill: #7a4516 }
  rect { stroke: #0d1117 }
}`

/**
 * A flame graph of a profile of V8, from the callers at the top down to what they call. A box is as wide as the part of the
 * time that it takes. What the benchmark itself does is left out.
 */
export function drawFlames({ title, sources, profile }) {
  const roots = mergeAll(ownRoots(profile)).toSorted((a, b) => b.time - a.time)
  const whole = roots.reduce((sum, { time }) => sum + time, 0)
  const notes = [
    'From the caller at the top down to what it calls; the width is the part of the time. Blue: Coatcheck. Grey: Node, V8 and',
    'the application. Orange: collecting garbage. What goes on after a wait begins at the top again.',
  ]
  const top = headHeight(notes)
  const scale = (width - 2 * margin) / whole
  const body = []
  let deepest = 0

  function draw(frames, left, depth) {
    let x = left
    for (const frame of frames) {
      const boxWidth = frame.time * scale
      if (boxWidth >= narrowest) {
        deepest = Math.max(deepest, depth)
        body.push(box(frame, { x, y: top + depth * rowHeight, boxWidth, part: frame.time / whole }))
        const called = mergeAll(frame.children).toSorted((a, b) => b.time - a.time)
        draw(called, x, depth + 1)
      }
      x += boxWidth
    }
  }
  draw(roots, margin, 0)
  const height = top + (deepest + 1) * rowHeight + 12 + footHeight(sources)
  return picture({ title, notes, sources, height, body, styles })
}

function box({ name, file, kind }, { x, y, boxWidth, part }) {
  const place = `x="${round(x)}" y="${y}" width="${round(boxWidth)}" height="${rowHeight}"`
  const about = `${name}${file && `, ${file}`}: ${round(part * 100)} %`
  const rectangle = `<rect class="${kind}" ${place}><title>${escape(about)}</title></rect>`
  const room = Math.floor((boxWidth - 6) / characterWidth)
  if (room < 3) return rectangle
  const label = name.length <= room ? name : `${name.slice(0, room - 1)}…`
  return `${rectangle}${text(x + 3, y + 13, label, 'small')}`
}

/** The frames of requests, without those of the benchmark above and between them. */
function ownRoots({ nodes, samples, timeDeltas }) {
  const times = new Map()
  samples.forEach((id, at) => times.set(id, (times.get(id) ?? 0) + timeDeltas[at]))
  const byId = new Map(nodes.map((node) => [node.id, node]))

  function framesOf(id) {
    const { callFrame, children = [] } = byId.get(id)
    const { functionName, url } = callFrame
    const below = children.flatMap(framesOf)
    if (['(idle)', '(program)'].includes(functionName)) return []
    const isBenchmark = url.includes('/bench/lib/') || functionName === '(root)'
    if (isBenchmark && !url.includes('cycle')) return below
    const time = (times.get(id) ?? 0) + below.reduce((sum, frame) => sum + frame.time, 0)
    return [{ name: functionName || '(unnamed)', ...placeOf(callFrame), time, children: below }]
  }
  return framesOf(nodes[0].id)
}

function placeOf({ functionName, url }) {
  if (functionName === '(garbage collector)') return { kind: 'garbage', file: '' }
  const [, own] = /\/dist\/(?:core\/)?(.+)$/.exec(url) ?? []
  if (own !== undefined) return { kind: 'own', file: own }
  return { kind: 'platform', file: url.startsWith('node:') ? url : '' }
}

/** Calls of one function from one place together. */
function mergeAll(frames) {
  const merged = new Map()
  for (const { time, children, ...frame } of frames) {
    const key = `${frame.name} ${frame.file}`
    const one = merged.get(key) ?? { ...frame, time: 0, children: [] }
    one.time += time
    one.children.push(...children)
    merged.set(key, one)
  }
  return [...merged.values()]
}
