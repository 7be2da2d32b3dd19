import { speedup } from './measure.mjs'
import { fastestPeer, reportTable } from './report.mjs'

const faster = (table, ours, peer, atLeast) => ({ table, ours, peer, atLeast })

/** What we promise to be faster than, and by how much. */
export const speedTargets = [
  faster('A-1KB-rw', 'coatcheck cookie (sealed)', 'remix3 cookie (signed)', 8),
  faster('B-1KB-rw', 'coatcheck memory', 'remix3 memory', 8),
  faster('C-1KB-ro-1', 'coatcheck redis', 'remix3 redis', 1.4),
  faster('C-1KB-ro-64', 'coatcheck redis', 'remix3 redis', 1.4),
  faster('D-1KB-rw-64', 'coatcheck memcache', 'remix3 memcache', 3),
  faster('E-1KB-rw-1', 'coatcheck fs', 'remix3 fs', 1.5),
  faster('E-1KB-rw-16', 'coatcheck fs', 'remix3 fs', 1.5),
  faster('J-1KB-ro-1', 'coatcheck sqlite, on libsql', 'better-sqlite3-session-store, on libsql', 2),
]

/** What a session of 1 KB may cost: bytes of heap while it lives, and once it has expired. */
export const heapTargets = [
  { figure: 'bytesPerSession', label: 'heap, B per 1 KB session', atMost: 1500 },
  { figure: 'bytesOnceExpired', label: 'heap, B per session once expired', atMost: 10 },
]

const heapTable = 'H-heap'
const ourHeap = 'coatcheck memory'

/** Tables and contestants that judging the targets takes. */
export const targetTables = [...speedTargets.map(({ table }) => table), heapTable]
export const targetNames = new Set([
  ...speedTargets.flatMap(({ ours, peer }) => [ours, peer]),
  ourHeap,
])

/** Prints our rows against the fastest peer of each table, and the targets; returns the verdicts. */
export function judge(tables) {
  const byId = new Map(tables.map((table) => [table.id, table]))
  const verdicts = [...speedTargets.map(judgeSpeed), ...heapTargets.map(judgeHeap)].filter(Boolean)
  const lines = verdicts.map(({ label, wanted, measured, met }) => [
    label,
    wanted,
    measured,
    met ? 'yes' : 'NO',
  ])
  const standings = tables.flatMap(standing)
  if (standings.length > 0) {
    const head = ['table', 'ours', 'µs', 'fastest peer', 'µs', 'times faster']
    const title = 'Coatcheck against the fastest peer of each table'
    reportTable({ id: 'standings', title, head, lines: standings, data: { standings } })
  }
  if (lines.length > 0) {
    const head = ['target', 'wanted', 'measured', 'met']
    reportTable({ id: 'targets', title: 'Targets', head, lines, data: { verdicts } })
  }
  return verdicts

  function judgeSpeed({ table: id, ours, peer, atLeast }) {
    const table = byId.get(id)
    if (!table) return undefined
    const label = `${id}: ${ours} against ${peer}`
    const [mine, theirs] = [ours, peer].map((name) => table.rows.find((row) => row.name === name))
    const times = mine && theirs ? speedup(mine, theirs) : Number.NaN
    return {
      table: id,
      label,
      wanted: `>= ${atLeast}x`,
      measured: `${times.toFixed(2)}x`,
      met: times >= atLeast,
    }
  }

  function judgeHeap({ figure, label, atMost }) {
    const table = byId.get(heapTable)
    if (!table) return undefined
    const bytes = table.rows.find(({ name }) => name === ourHeap)?.[figure] ?? Number.NaN
    return {
      table: heapTable,
      label,
      wanted: `<= ${atMost}`,
      measured: String(Math.round(bytes) + 0),
      met: bytes <= atMost,
    }
  }
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
