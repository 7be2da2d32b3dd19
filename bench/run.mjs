// Started by script/bench, which sees to it that everything is installed and built.
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { judge, targetNames, targetTables } from './lib/targets.mjs'

const workloads = {
  A: 'cookie',
  B: 'memory',
  C: 'redis',
  D: 'memcached',
  E: 'fs',
  H: 'heap',
  I: 'sql',
  J: 'sqlite',
}
const usage = `script/bench [${Object.keys(workloads).join('|')} ...] [options]
  --check          only what the targets need, quickly; fails if one is missed
  --table=TEXT     only tables whose id holds TEXT (1KB-rw, A-100B, ...)
  --only=TEXT,...  only contestants whose name holds one of these
  --rounds=20 --ms=60 --warm-up=300   how long to measure
  --sessions=10000                    how many sessions H makes`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    check: { type: 'boolean' },
    table: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string' },
    ms: { type: 'string' },
    'warm-up': { type: 'string' },
    sessions: { type: 'string' },
  },
})
const chosen = positionals.length > 0 ? positionals : Object.keys(workloads)
if (values.help || chosen.some((letter) => !(letter in workloads))) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}

const only = values.only?.split(',')
const settings = {
  rounds: Number(values.rounds ?? (values.check ? 25 : 20)),
  ms: Number(values.ms ?? (values.check ? 40 : 60)),
  warmUp: Number(values['warm-up'] ?? 300),
  sessions: Number(values.sessions ?? 10_000),
  wantsTable: (id) =>
    id.includes(values.table ?? '') && (!values.check || targetTables.includes(id)),
  wantsName: (name) =>
    (!only || only.some((text) => name.includes(text))) && (!values.check || targetNames.has(name)),
}

const [load] = loadavg()
if (load > availableParallelism() / 2) {
  console.warn(`The machine is busy (load ${load.toFixed(1)}): do not trust these figures`)
}

const tables = []
for (const letter of chosen) {
  const { run } = await import(`./workloads/${workloads[letter]}.mjs`)
  tables.push(...(await run(settings)))
}
const missed = judge(tables)
if (values.check && missed.length > 0) {
  console.error(`\n${missed.length} of the targets missed`)
  process.exitCode = 1
}
