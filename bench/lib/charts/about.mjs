import { readFileSync } from 'node:fs'

const { version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
)

/** When and where these tables were measured, in lines; and whether that can be trusted. */
export function aboutRun(tables) {
  const dates = tables.map(({ date }) => date.slice(0, 10)).sort()
  const days = dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`
  const { node, cpu, processors } = tables[0]
  const machine = `Coatcheck ${version}, Node ${node.slice(1)}, ${processors} processors (${cpu?.trim() || 'unnamed'}), ${days}.`
  const least = Math.min(...tables.map(({ percent }) => percent))
  if (!tables.some(({ isBusy }) => isBusy)) return [machine]
  return [
    machine,
    `Provisional: other programs used the machine, and a loop got ${least} % of a processor at the worst.`,
  ]
}
