import { fork } from 'node:child_process'
import { loadContestants } from '../lib/contestants.mjs'
import { isNeeded } from '../lib/targets.mjs'
import { reportTable } from '../lib/report.mjs'

const child = new URL('../lib/heap-child.mjs', import.meta.url)
const longestRun = 120_000

/** H. Heap per session of a memory store, and what is left of it once all have expired. */
export async function run({ sessions, wantsTable, wantsName, onlyNeeded }) {
  if (!wantsTable('H-heap')) return []
  const wanted = (name) =>
    wantsName(name) && (!onlyNeeded || isNeeded('H-heap', { name, kind: 'ours' }))
  const { contestants, failures } = await loadContestants('heap', wanted)
  const rows = []
  for (const { name, kind, note, file } of contestants) {
    const row = await measureInChild(file, name, sessions)
    if (row.error) failures.push({ name, reason: row.error })
    else rows.push({ name, kind, note, ...row })
  }
  rows.sort((a, b) => a.bytesPerSession - b.bytesPerSession)

  const table = { id: 'H-heap', rows, failures }
  reportTable({
    ...table,
    title: `Heap per session: ${sessions} sessions of 1 KB, which expire after 4 s`,
    head: ['contestant', 'kind', 'B/session', 'B/session once expired', 'µs/put', 'note'],
    lines: rows.map((row) => [
      row.name,
      row.kind,
      Math.round(row.bytesPerSession),
      Math.round(row.bytesOnceExpired) + 0,
      row.usPerPut.toFixed(1),
      row.note ?? '',
    ]),
    data: table,
  })
  return [table]
}

/** Every store gets a fresh process, so that none pays for another's garbage. */
function measureInChild(file, name, sessions) {
  return new Promise((resolve) => {
    const forked = fork(child, [file, name, String(sessions)], {
      execArgv: ['--expose-gc', '--max-old-space-size=4096'],
    })
    const timer = setTimeout(() => forked.kill('SIGKILL'), longestRun)
    let answer = { error: 'no answer' }
    forked.on('message', (message) => (answer = message))
    forked.on('exit', () => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}
