import { loadContestants } from './contestants.mjs'
import { measure } from './measure.mjs'
import { sessionData, sizes } from './payload.mjs'
import { reportSpeed } from './report.mjs'

const modes = { rw: 'read and write', ro: 'read only' }

/** Measures and prints the wanted tables of one workload. */
export async function compare({ workload, title, tables, context = {} }, settings) {
  const { wantsTable, wantsName, rounds, ms, warmUp } = settings
  const { contestants, failures } = await loadContestants(workload, wantsName)
  const measured = []
  for (const { id, size, mode, inFlight } of tables) {
    if (!wantsTable(id)) continue
    const data = sessionData(sizes[size])
    const result = await measure(contestants, {
      context: { ...context, workload, mode, data, inFlight },
      rounds,
      ms,
      warmUp,
    })
    const table = { id, rows: result.rows, failures: [...failures, ...result.failures] }
    table.title = `${title}, ${size}, ${modes[mode]}, ${inFlight} at a time`
    reportSpeed(table)
    measured.push(table)
  }
  return measured
}
