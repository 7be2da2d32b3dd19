import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { speedup } from './measure.mjs'

const results = new URL('../results/', import.meta.url)

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
    row.hasBase ? row.netUs.toFixed(1) : '',
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

export function fastestPeer(rows) {
  return rows.find(({ kind }) => kind === 'peer')
}

function publish(id, text, data) {
  console.log(`\n### ${id}. ${text}`)
  mkdirSync(results, { recursive: true })
  const machine = { node: process.version, cpu: cpus()[0]?.model, date: new Date().toISOString() }
  writeFileSync(new URL(`${id}.md`, results), `### ${id}. ${text}\n`)
  writeFileSync(new URL(`${id}.json`, results), JSON.stringify({ ...machine, ...data }, null, 1))
}

function markdown(head, lines) {
  const cells = [head, ...lines].map((line) => line.map(String))
  const widths = head.map((_, column) => Math.max(3, ...cells.map((line) => line[column].length)))
  const [top, ...rest] = cells.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`,
  )
  return [top, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rest].join('\n')
}

function notRun(failures) {
  if (failures.length === 0) return ''
  return `\n\nNot run: ${failures.map(({ name, reason }) => `${name} (${reason})`).join('; ')}`
}
