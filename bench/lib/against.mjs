import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadContestants } from './contestants.mjs'
import { betterQuarter, measure } from './measure.mjs'
import { reportTable } from './report.mjs'

const here = 'this checkout'
const there = 'the other'
/** How many times slower than the other checkout's a row may be. */
export const mostTimesSlower = 1.05

/** The program of another checkout that runs its contestants, on what is in its dist/. */
export function childOf(checkout) {
  for (const file of ['bench/lib/speed-child.mjs', 'dist/index.js']) {
    if (!existsSync(resolve(checkout, file))) {
      throw new Error(`No ${file} in ${checkout}: is it a checkout, and built with script/build?`)
    }
  }
  return pathToFileURL(resolve(checkout, 'bench/lib/speed-child.mjs'))
}

/**
 * Measures our rows of a table from both checkouts, which take turns, and those that came out slower once more in
 * new processes: what the compiler makes of the same code differs by some hundredths from one process to the next.
 */
export async function measureBoth(table, workload, options, { wantsName, against }) {
  const { contestants } = await loadContestants(workload, wantsName, 'coatcheck.mjs')
  const ours = contestants.filter(({ kind }) => kind === 'ours')
  const failures = []
  const rows = await pairs(ours)
  const slow = rows.filter(isSlower).map(({ name }) => name)
  const again = await pairs(ours.filter(({ name }) => slow.includes(name)))
  const best = rows.map((row) => {
    const second = again.find(({ name }) => name === row.name)
    return second && second.times < row.times ? second : row
  })
  reportTable({
    id: `against-${table.id}`,
    title: `${table.title}: this checkout against the other`,
    head: ['row', 'µs before', 'µs now', 'CPU µs before', 'CPU µs now', 'times the CPU'],
    lines: best.map(({ name, before, now, times }) => [
      name,
      before.us.toFixed(1),
      now.us.toFixed(1),
      before.cpuUs.toFixed(1),
      now.cpuUs.toFixed(1),
      `${times.toFixed(3)}${times > mostTimesSlower ? ' SLOWER' : ''}`,
    ]),
    failures,
    data: { rows: best },
  })
  return { id: table.id, rows: best, failures, slower: best.filter(isSlower) }

  async function pairs(chosen) {
    const both = chosen.flatMap((row) => [
      { ...row, minus: undefined, note: here },
      { ...row, minus: undefined, note: there, child: against },
    ])
    const { rows: measured, failures: failed } = await measure(both, options)
    failures.push(...failed)
    return chosen.flatMap(({ name }) => {
      const [now, before] = [here, there].map((note) =>
        measured.find((row) => row.name === name && row.note === note),
      )
      return now && before ? [{ name, now, before, times: work(now) / work(before) }] : []
    })
  }
}

/** What a call takes in a good round: of the processor, not of the clock. What others do only ever adds to it. */
function work({ cpu }) {
  return betterQuarter(cpu)
}

function isSlower({ times }) {
  return times > mostTimesSlower
}
