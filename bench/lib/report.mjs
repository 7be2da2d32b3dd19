import { judge } from './judge.mjs'
import { speedup } from './measure.mjs'
import { keep } from './results.mjs'
import { markdown } from './markdown.mjs'

/** Prints a table of speed and keeps it in results/. */
export function reportSpeed(table) {
  const { id, title, rows } = table
  const best = fastestPeer(rows)
  const lines = rows.map((row) => [
    row.name,
    row.kind,
    row.us.toFixed(1),
    `${row.min.toFixed(1)}–${row.max.toFixed(1)}`,
    row.cpuUs.toFixed(1),
    row.netUs.toFixed(1),
    best && row.kind !== 'base' ? speedup(row, best).toFixed(2) : '',
    row.kind === 'base' ? '' : (row.setCookieBytes ?? ''),
    row.note ?? '',
  ])
  const head = 'contestant|kind|µs|min–max|CPU µs|net µs|x fastest peer|Set-Cookie B|note'.split(
    '|',
  )
  publish(id, `${title}\n\n${markdown(head, lines)}${notRun(table.failures)}`, table)
}

/** Prints any other table and keeps it in results/. */
export function reportTable({ id, title, head, lines, failures = [], data }) {
  publish(id, `${title}\n\n${markdown(head, lines)}${notRun(failures)}`, data)
}

/** Prints our rows against the fastest peer of each table, and the targets; returns the verdicts. */
export function reportTargets(tables) {
  const standings = tables.flatMap(standing)
  if (standings.length > 0) {
    const head = ['table', 'ours', 'µs', 'fastest peer', 'µs', 'times faster']
    const title = 'Coatcheck against the fastest peer of each table'
    reportTable({ id: 'standings', title, head, lines: standings, data: { standings } })
  }
  const verdicts = judge(tables)
  if (verdicts.length > 0) {
    const lines = verdicts.map(({ label, wanted, reached, met }) => [
      label,
      wanted,
      reached,
      met ? 'yes' : 'NO',
    ])
    const head = ['target', 'wanted', 'reached', 'met']
    reportTable({ id: 'targets', title: 'Targets', head, lines, data: { verdicts } })
  }
  return verdicts
}

export function fastestPeer(rows) {
  return rows.find(({ kind }) => kind === 'peer')
}

function standing({ id, rows }) {
  const peer = fastestPeer(rows)
  if (!peer?.net) return []
  const ours = rows.filter(({ kind }) => kind === 'ours')
  return ours.map((row) => [
    id,
    row.name,
    row.netUs.toFixed(1),
    peer.name,
    peer.netUs.toFixed(1),
    speedup(row, peer).toFixed(2),
  ])
}

function publish(id, text, data) {
  console.log(`\n### ${id}. ${text}`)
  keep(id, `### ${id}. ${text}\n`, data)
}

function notRun(failures) {
  if (failures.length === 0) return ''
  return `\n\nNot run: ${failures.map(({ name, reason }) => `${name} (${reason})`).join('; ')}`
}
