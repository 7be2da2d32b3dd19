import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { readReport } from './read-report.mjs'

const running = new Set()

/** Runs parts in their order, as many at a time as there are processors. */
export async function runParts(parts, scratch, onResult) {
  const waiting = [...parts]
  const done = new Map()

  function next() {
    const ready = waiting.findIndex((part) => part.after === undefined || done.has(part.after))
    return ready === -1 ? undefined : waiting.splice(ready, 1)[0]
  }

  async function lane() {
    for (let part = next(); part !== undefined; part = next()) {
      const result = await runPart(part, scratch)
      done.set(part.name, result)
      onResult(result)
    }
  }

  // A lane that found nothing ready ends; the one that finishes what was waited for goes on.
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, lane))
}

const nothing = { passed: 0, failed: 0, skips: [], problems: [], output: '', seconds: 0 }

async function runPart(part, scratch) {
  const started = performance.now()
  const [program] = part.command
  if (program.includes('/') && !existsSync(program)) {
    const skips = [`all of it: ${program} is not installed`]
    return { ...nothing, part: part.name, skips }
  }
  if (part.files?.length === 0) {
    return { ...nothing, part: part.name, failed: 1, problems: ['no test file'] }
  }

  const { code, output, timedOut } = await execute(part, scratch)
  const counts = readReport(part.report)
  const problems = [...counts.problems]
  if (timedOut) problems.push(`stopped after ${part.seconds} seconds`)
  else if (code !== 0 && counts.failed === 0) problems.push(`exit code ${code}`)
  else if (part.report && counts.passed + counts.failed === 0) problems.push('no test ran')

  return {
    part: part.name,
    passed: counts.passed,
    // Whatever went wrong outside of a test is a failure too: the total may not look clean.
    failed: Math.max(counts.failed, problems.length > 0 ? 1 : 0),
    skips: counts.skips,
    problems,
    output,
    isCheck: part.report === undefined,
    seconds: (performance.now() - started) / 1000,
  }
}

function execute(part, scratch) {
  const [program, ...args] = part.command
  const { NODE_ENV, NODE_TEST_CONTEXT, FORCE_COLOR, ...inherited } = process.env
  const env = {
    ...inherited,
    TMPDIR: scratch,
    NO_COLOR: '1',
    DENO_DIR: `${scratch}/deno`,
    DENO_NO_UPDATE_CHECK: '1',
  }
  // A group of its own, so that its children can be stopped with it.
  const child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)

  return new Promise((resolve) => {
    const chunks = []
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      stop(child)
    }, part.seconds * 1000)

    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => chunks.push(Buffer.from(`${error.message}\n`)))
    child.on('close', (code) => {
      clearTimeout(timer)
      running.delete(child)
      resolve({ code, timedOut, output: Buffer.concat(chunks).toString() })
    })
  })
}

/** Asks a part and its children to end, and after five seconds makes them. */
async function stop(child) {
  const ended = new Promise((resolve) => child.once('close', resolve))
  signalGroup(child, 'SIGTERM')
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}

export async function stopAll() {
  await Promise.all([...running].map(stop))
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It has gone already.
  }
}
