import { measureBoth } from './against.mjs'
import { loadContestants } from './contestants.mjs'
import { isDrawn } from './charts/contents.mjs'
import { isNeeded } from './targets.mjs'
import { measure } from './measure.mjs'
import { sessionData, sizes } from './payload.mjs'
import { reportSpeed } from './report.mjs'

const modes = { rw: 'read and write', ro: 'read only' }

/** Measures and prints the wanted tables of one workload. */
export async function compare({ workload, title, tables, context = {}, by = 'cpu' }, settings) {
  const { wantsTable, wantsName, rounds, ms, warmUp, onlyNeeded } = settings
  // Beside another checkout of ours there are no peers.
  const { contestants, failures } = settings.against
    ? {}
    : await loadContestants(workload, wantsName)
  const measured = []
  for (const { id, size, mode, inFlight, visitors, patience, note = '' } of tables) {
    if (!wantsTable(id)) continue
    const data = sessionData(sizes[size])
    const options = {
      context: { ...context, workload, mode, data, inFlight, visitors, patience },
      rounds,
      ms,
      warmUp,
      by,
    }
    const heading = `${title}, ${size}, ${modes[mode]}, ${inFlight} at a time${note}`
    if (settings.against) {
      measured.push(await measureBoth({ id, title: heading }, workload, options, settings))
      continue
    }
    const rows = onlyNeeded
      ? contestants.filter((row) => isNeeded(id, row) || isDrawn(id, row))
      : contestants
    const result = await measure(withBases(rows, contestants), options)
    const table = { id, rows: result.rows, failures: [...failures, ...result.failures] }
    table.title = heading
    reportSpeed(table)
    measured.push(table)
  }
  return measured
}

/** The rows and the apps without sessions whose time is taken off theirs. */
function withBases(rows, all) {
  return all.filter((row) => rows.includes(row) || rows.some(({ minus }) => minus === row.name))
}
