/** Wide enough for what a README shows, in pixels. */
export const width = 800
export const margin = 24

const style = `
text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 }
.group { font-weight: 600 }
.faint { fill: #59636e }
.small { font-size: 12px }
.paper { fill: #ffffff }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.ours { fill: #0969da } .peer { fill: #8c959f } .limit { fill: #c8d1da }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
.c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #1a7f37 } .c3 { stroke: #8250df } .c4 { stroke: #bf3989 } .c5 { stroke: #59636e }
.d0 { fill: #0969da } .d1 { fill: #bc4c00 } .d2 { fill: #1a7f37 } .d3 { fill: #8250df } .d4 { fill: #bf3989 } .d5 { fill: #59636e }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .faint { fill: #9198a1 }
  .paper { fill: #0d1117 }
  .grid { stroke: #3d444d }
  .ours { fill: #4493f8 } .peer { fill: #7d8590 } .limit { fill: #484f58 }
  .c0 { stroke: #4493f8 } .c1 { stroke: #f0883e } .c2 { stroke: #3fb950 } .c3 { stroke: #ab7df8 } .c4 { stroke: #f778ba } .c5 { stroke: #9198a1 }
  .d0 { fill: #4493f8 } .d1 { fill: #f0883e } .d2 { fill: #3fb950 } .d3 { fill: #ab7df8 } .d4 { fill: #f778ba } .d5 { fill: #9198a1 }
}`

/** A whole picture, in light and in dark. `notes` are the lines below the title, `sources` those at the foot, `styles` its own. */
export function picture({ title, notes = [], sources, height, body, styles = '' }) {
  const top = margin + 14
  const head = [
    text(margin, top, title, 'title'),
    ...notes.map((note, line) => text(margin, top + 22 + line * 18, note, 'faint')),
  ]
  const foot = sources.map((source, line) =>
    text(margin, height - 14 - (sources.length - 1 - line) * 16, source, 'faint small'),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
<style>${style}${styles}
</style>
<rect class="paper" width="${width}" height="${height}"/>
${[...head, ...body, ...foot].join('\n')}
</svg>
`
}

/** Where a picture's body may begin below so many notes, and how high its foot is. */
export const headHeight = (notes) => margin + 14 + notes.length * 18 + 22
export const footHeight = (sources) => 26 + sources.length * 16

export function text(x, y, content, classes = '', anchor = 'start') {
  const attributes = `x="${round(x)}" y="${round(y)}" class="${classes}" text-anchor="${anchor}"`
  return `<text ${attributes}>${escape(content)}</text>`
}

export function round(number) {
  return Math.round(number * 10) / 10
}

/** Microseconds with as many digits as say something. */
export function microseconds(us) {
  if (us >= 1000) return `${Number((us / 1000).toPrecision(3))} ms`
  return `${us >= 100 ? Math.round(us) : Number(us.toPrecision(us >= 10 ? 3 : 2))} µs`
}

export function escape(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
