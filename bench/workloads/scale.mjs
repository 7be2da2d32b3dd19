import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reportTable } from '../lib/report.mjs'
import { tables } from '../lib/scale/tables.mjs'
import { startService } from '../lib/with-service.mjs'

const child = new URL('../lib/scale/child.mjs', import.meta.url)
const longestRun = 300_000
const serviceOf = { Redis: 'redis', PostgreSQL: 'postgres' }

/** S. How our own storages grow: with the size, with the sessions that live, and with what happens at a time. */
export async function run({ wantsTable, wantsName, ms }) {
  const wanted = Object.entries(tables).filter(([id]) => wantsTable(id))
  const names = new Set(wanted.flatMap(([, { backends }]) => backends.filter(wantsName)))
  const services = []
  const context = { ms }
  for (const name of names) {
    const service = serviceOf[name] && (await startService(serviceOf[name]))
    if (service === undefined) continue
    services.push(service)
    context[serviceOf[name]] = service.url
  }
  try {
    for (const [id, table] of wanted) await measureTable(id, table, wantsName, context)
  } finally {
    for (const service of services) await service.stop()
  }
  // Nothing of this is judged.
  return []
}

async function measureTable(id, { backends, run: _, ...about }, wantsName, context) {
  const series = []
  const failures = []
  for (const name of backends.filter(wantsName)) {
    if (serviceOf[name] && context[serviceOf[name]] === undefined) continue
    const folder = await mkdtemp(join(tmpdir(), 'coatcheck-bench-'))
    const { points, error } = await inChild(id, name, { ...context, folder })
    await rm(folder, { recursive: true, force: true })
    if (error) failures.push({ name, reason: error })
    else series.push({ name, points })
  }
  const xs = Array.from(new Set(series.flatMap(({ points }) => points.map(([x]) => x))))
  reportTable({
    id,
    title: `${about.title}: µs`,
    head: [about.xLabel, ...xs.sort((a, b) => a - b)],
    lines: series.map(({ name, points }) => [
      name,
      ...xs.map((x) => points.find(([at]) => at === x)?.[1].toFixed(1) ?? ''),
    ]),
    failures,
    data: { ...about, series },
  })
}

function inChild(id, name, context) {
  return new Promise((resolve) => {
    const forked = fork(child, [id, name, JSON.stringify(context)], {
      execArgv: ['--max-old-space-size=4096'],
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
