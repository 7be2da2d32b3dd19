// Started by script/bench, which sees to it that everything is installed and built.
import { parseArgs } from 'node:util'
import { childOf, mostTimesSlower } from './lib/against.mjs'
import { unjudged } from './lib/judge.mjs'
import { reportTargets } from './lib/report.mjs'
import { mostOfOthers } from './lib/results.mjs'
import { targets } from './lib/targets.mjs'

/** The exit code that says "try again later", as in sysexits.h. */
const tooBusy = 75

const workloads = {
  A: 'cookie',
  B: 'memory',
  C: 'redis',
  D: 'memcached',
  E: 'fs',
  G: 'servers',
  H: 'heap',
  I: 'sql',
  J: 'sqlite',
  S: 'scale',
}
const usage = `script/bench [${Object.keys(workloads).join('|')} ...] [options]
  --check          only what the targets need, quickly; fails if one is missed twice
  --charts         measures nothing: draws what bench/results holds, and writes the table of targets
  --profile        measures nothing: draws where the time of our three hottest workloads goes, as flame graphs
  --node=24        all of it by this Node of test/runtimes: 22, 24 or 26
  --against=FOLDER only our own rows, beside those of another checkout that is built; fails if one became slower.
                   For A, B and E, without names A and B
  --table=TEXT     only tables whose id holds TEXT (1KB-rw, A-100B, ...)
  --only=TEXT,...  only contestants whose name holds one of these
  --rounds=20 --ms=60 --warm-up=300   how long to measure
  --sessions=10000                    how many sessions H makes
  S has no peers: it measures how our own storages grow.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    check: { type: 'boolean' },
    charts: { type: 'boolean' },
    profile: { type: 'boolean' },
    against: { type: 'string' },
    table: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string' },
    ms: { type: 'string' },
    'warm-up': { type: 'string' },
    sessions: { type: 'string' },
  },
})
const possible = values.against ? ['A', 'B', 'E'] : Object.keys(workloads)
const all = values.against ? ['A', 'B'] : possible
const chosen = positionals.length > 0 ? positionals : all
if (values.help || chosen.some((letter) => !possible.includes(letter))) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}

const only = values.only?.split(',')
const judged = new Set(targets.map(({ table }) => table))
const settings = {
  against: values.against && childOf(values.against),
  rounds: Number(values.rounds ?? (values.against ? 25 : values.check ? 15 : 20)),
  ms: Number(values.ms ?? (values.against ? 20 : values.check ? 40 : 60)),
  warmUp: Number(values['warm-up'] ?? (values.check ? 200 : 300)),
  sessions: Number(values.sessions ?? 10_000),
  onlyNeeded: values.check,
  wantsTable: (id) => id.includes(values.table ?? '') && (!values.check || judged.has(id)),
  wantsName: (name) => !only || only.some((text) => name.includes(text)),
}

if (values.charts) {
  const { drawResults } = await import('./charts.mjs')
  await drawResults()
} else if (values.profile) {
  const { profileHottest } = await import('./profile.mjs')
  await profileHottest()
} else {
  if (mostOfOthers().isBusy) {
    console.warn(
      `The machine is busy (a loop gets ${mostOfOthers().percent} % of a processor): do not trust these figures`,
    )
  }
  await (values.against
    ? compareCheckouts()
    : values.check
      ? check()
      : measureAll(settings).then(reportTargets))
}

async function measureAll(wanted) {
  const tables = []
  for (const letter of chosen) {
    const { run } = await import(`./workloads/${workloads[letter]}.mjs`)
    tables.push(...(await run(wanted)))
  }
  return tables
}

/** A target that is missed gets a second chance, and on a busy machine a miss says nothing. */
async function check() {
  const verdicts = reportTargets(await measureAll(settings))
  for (const target of unjudged(verdicts)) {
    if (!chosen.includes(target.table[0]) || !settings.wantsTable(target.table)) continue
    console.error(`\nNot measured, and so not judged: ${target.label}`)
  }
  let missed = missedOf(verdicts)
  if (missed.length > 0) {
    console.error(`\nMissed, so once more:\n${listOf(missed)}`)
    const wantsTable = (id) => missed.some(({ table }) => table === id)
    const again = reportTargets(await measureAll({ ...settings, wantsTable }))
    missed = missed.filter(({ label }) => !again.find((one) => one.label === label)?.met)
  }
  console.log(`\n${verdicts.length - missed.length} of ${verdicts.length} targets met`)
  if (missed.length > 0) fail(`Missed twice:\n${listOf(missed)}`)
}

async function compareCheckouts() {
  const tables = await measureAll(settings)
  const namesOf = (part) =>
    tables.flatMap((table) => table[part].map(({ name }) => `${table.id}: ${name}`)).join('; ')
  const unmeasured = namesOf('failures')
  const slower = namesOf('slower')
  if (unmeasured !== '') {
    fail(`Not measured, and so not judged: ${unmeasured}`)
  } else if (slower !== '') {
    fail(`Slower than ${mostTimesSlower} times the other checkout: ${slower}`)
  } else {
    console.log(`\nNo row is slower than ${mostTimesSlower} times the other checkout's`)
  }
}

function missedOf(verdicts) {
  return verdicts.filter(({ met }) => !met)
}

function listOf(verdicts) {
  return verdicts.map(({ label }) => `  ${label}`).join('\n')
}

function fail(message) {
  const others = mostOfOthers()
  console.error(`\n${message}`)
  process.exitCode = others.isBusy ? tooBusy : 1
  if (others.isBusy) {
    console.error(
      `The machine is too busy to judge: a loop got ${others.percent} % of a processor. Try again later.`,
    )
  }
}
