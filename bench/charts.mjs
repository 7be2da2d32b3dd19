// script/bench --charts: draws what results/ holds into docs/pictures, and writes the table of targets into README.md.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { aboutRun } from './lib/charts/about.mjs'
import { drawBars } from './lib/charts/bars.mjs'
import { charts } from './lib/charts/contents.mjs'
import { drawScale } from './lib/charts/scale.mjs'
import { writeTargets } from './lib/charts/table.mjs'
import { withVersion } from './lib/charts/versions.mjs'
import { fastestPeer } from './lib/report.mjs'
import { keptResults } from './lib/results.mjs'

const pictures = new URL('../docs/pictures/', import.meta.url)

/** The pictures are of the oldest Node that was measured, the table is of all. */
export function drawResults() {
  const results = keptResults()
  if (results.length === 0) {
    console.error('Nothing in bench/results: run script/bench first')
    process.exitCode = 1
    return
  }
  mkdirSync(pictures, { recursive: true })
  const [{ tables }] = results
  for (const { file, title, notes, groups } of charts) {
    const found = groups.map((group) => barsOf(group, tables)).filter(({ bars }) => bars.length > 0)
    if (found.length === 0) continue
    const sources = aboutRun(found.map(({ table }) => table))
    save(file, drawBars({ title, notes, sources, groups: found }))
  }
  for (const table of tables.filter(({ series }) => series)) {
    save(table.id.replace('S-', 'scale-'), drawScale(table, aboutRun([table])))
  }
  console.log(writeTargets(results).join('\n'))
}

/** The bars of a group, the fastest first; none if ours were not measured. */
function barsOf({ label, table: id, shows, besidePeer }, tables) {
  const table = tables.find((one) => one.id === id)
  const rows = table?.rows ?? []
  if (!rows.some((row) => row.kind === 'ours' && shows(row))) return { bars: [] }
  const peer = besidePeer && fastestPeer(rows)
  const bars = rows
    .filter((row) => row === peer || shows(row))
    .map(({ name, kind, netUs }) => ({ name: nameOfBar(name), kind, us: netUs }))
  return { label, table, bars }
}

/** A reader does not know our word for a row by hand, and some of our rows are faster than that limit. */
function nameOfBar(name) {
  return withVersion(name).replace(/^limit: /, 'by hand: ')
}

function save(name, svg) {
  const file = new URL(`${name}.svg`, pictures)
  writeFileSync(file, svg)
  console.log(fileURLToPath(file))
}
