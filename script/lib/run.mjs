import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { execute } from './execute.mjs'
import { readReport } from './read-report.mjs'
import { readCpu, readTimes } from './times.mjs'

/**
 * No more than processors: where everything waits for a processor, a server does not answer within its deadline. One lane more
 * is for jobs without deadlines. They fill the gaps of the others, and give way to them.
 */
const lanes = Math.max(2, availableParallelism())

/** Runs the jobs of all parts, several at a time, and tells of each part when it is done. */
export async function runParts(parts, scratch, onResult) {
  const jobs = parts.flatMap((part) => part.jobs.map((job) => ({ part, job })))
  // The long ones first: then no lane is left alone with one at the end. Those that give way are for the lane between.
  const ranks = { first: 2, last: 4 }
  const rank = ({ job }) => (ranks[job.givesWay] ?? 0) + (job.isLong ? 0 : 1)
  const waiting = jobs.toSorted((a, b) => rank(a) - rank(b))
  const done = new Map(parts.map((part) => [part.name, []]))
  const turns = new Set()
  const isDone = (part) => done.get(part.name).length === part.jobs.length
  const isReady = ({ part, job }) =>
    !turns.has(job.turn) &&
    (part.after === undefined || parts.some((one) => one.name === part.after && isDone(one)))

  async function lane(isFor) {
    for (;;) {
      const ready = waiting.findIndex((one) => isFor(one.job) && isReady(one))
      // The one that finishes what is waited for goes on.
      if (ready === -1) return
      const [{ part, job }] = waiting.splice(ready, 1)
      if (job.turn !== undefined) turns.add(job.turn)
      done.get(part.name).push(await runJob(job, scratch))
      turns.delete(job.turn)
      if (isDone(part)) onResult(merge(part, done.get(part.name)))
    }
  }

  for (const part of parts) if (part.jobs.length === 0) onResult(merge(part, [empty]))
  const all = Array.from({ length: lanes }, () => lane(() => true))
  await Promise.all([...all, lane((job) => job.givesWay !== undefined)])
}

const nothing = { passed: 0, failed: 0, skips: [], problems: [], output: '' }
const noTime = { seconds: 0, cpu: 0, times: [] }
const empty = { ...nothing, ...noTime, failed: 1, problems: ['no test file'] }

async function runJob(job, scratch) {
  const started = performance.now()
  const [program] = job.command
  if (program.includes('/') && !existsSync(program)) {
    return { ...nothing, ...noTime, skips: [`all of it: ${program} is not installed`] }
  }
  const { memory, disk } = scratch
  const cpuPath = `${disk}/${job.name}.cpu`
  const timesPath = `${disk}/${job.name}.times`
  const TMPDIR = job.isOnDisk ? disk : memory
  const variables = {
    TMPDIR,
    TEST_TIMES: timesPath,
    TEST_PREPARED: memory,
    DENO_DIR: `${disk}/deno`,
    ...job.variables,
  }
  const ended = await execute(job, cpuPath, variables)
  const seconds = (performance.now() - started) / 1000
  const cpu = readCpu(cpuPath)
  const times = job.file ? [{ file: job.file, seconds, cpu }] : readTimes(job.report, timesPath)
  return { ...judge(job, ended), seconds, cpu, times }
}

/** What a job's end and its report come to. */
export function judge(job, { code, output, timedOut, isHeld, hangs }) {
  const counts = readReport(job.report)
  const problems = [...counts.problems]
  if (isHeld) problems.push('what it started held its output open, a minute after its end')
  if (hangs) problems.push('wrote its report, and did not end: Node’s own shutdown may hang')
  else if (timedOut) problems.push(`stopped after ${job.seconds} seconds`)
  else if (code !== 0 && counts.failed === 0) problems.push(`exit code ${code}`)
  else if (job.report && counts.passed + counts.failed === 0) problems.push('no test ran')
  // Whatever went wrong outside of a test is a failure too: the total may not look clean.
  const failed = Math.max(counts.failed, problems.length > 0 ? 1 : 0)
  const where = job.file ? `${job.file}: ` : ''
  return {
    passed: counts.passed,
    failed,
    skips: counts.skips,
    problems: problems.map((problem) => where + problem),
    output: failed > 0 ? output : '',
  }
}

function merge(part, results) {
  const sum = (count) => results.reduce((total, result) => total + count(result), 0)
  return {
    part: part.name,
    passed: sum((result) => result.passed),
    failed: sum((result) => result.failed),
    skips: results.flatMap((result) => result.skips),
    problems: results.flatMap((result) => result.problems),
    output: results.map((result) => result.output).join(''),
    isCheck: part.files === undefined,
    seconds: sum((result) => result.seconds),
    cpu: sum((result) => result.cpu),
    times: results.flatMap((result) => result.times),
  }
}
