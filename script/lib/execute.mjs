import { spawn } from 'node:child_process'
import { isComplete } from './read-report.mjs'

const running = new Set()

/** Milliseconds that what a job has started may hold its output open after its end. */
const patience = 60_000
/**
 * Milliseconds that a process may take to end after its report. One that something keeps running says so before that
 * (watch-tests.mjs); in Node's own shutdown it can say nothing any more.
 */
const shutdownPatience = Number(process.env.TEST_SHUTDOWN_PATIENCE ?? 90) * 1000

/** Runs "$@", and has the shell write into the file $0 what it took of the processor. */
const timed = 'TIMEFORMAT="%U %S"; { time "$@" 2>&3; } 3>&2 2>"$0"'

/** How a job gives way, while others have work. */
const givingWay = ['nice', '-n', '5']

/** Runs a job to its end, or stops it when its time is over: { code, timedOut, isHeld, hangs, output }. */
export function execute(job, cpuPath, variables) {
  const { NODE_ENV, NODE_TEST_CONTEXT, FORCE_COLOR, ...inherited } = process.env
  const env = { ...inherited, ...variables, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
  // A group of its own, so that its children can be stopped with it.
  const options = { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }
  const command = job.givesWay ? [...givingWay, ...job.command] : job.command
  const child = spawn('bash', ['-c', timed, cpuPath, ...command], options)
  running.add(child)

  return new Promise((resolve) => {
    const chunks = []
    let timedOut = false
    let isHeld = false
    let hangs = false
    let holding
    let reportedAt
    const timer = setTimeout(() => {
      timedOut = true
      stop(child)
    }, job.seconds * 1000)

    const watching = setInterval(() => {
      if (!isComplete(job.report)) return
      reportedAt ??= performance.now()
      if (performance.now() - reportedAt < shutdownPatience) return
      hangs = true
      signalGroup(child, 'SIGKILL')
    }, 5000)

    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => chunks.push(Buffer.from(`${error.message}\n`)))
    child.on('exit', () => {
      holding = setTimeout(() => {
        isHeld = true
        signalGroup(child, 'SIGKILL')
        child.stdout.destroy()
        child.stderr.destroy()
      }, patience)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      clearTimeout(holding)
      clearInterval(watching)
      running.delete(child)
      resolve({ code, timedOut, isHeld, hangs, output: Buffer.concat(chunks).toString() })
    })
  })
}

/** Asks a job and its children to end, and after five seconds makes them. */
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
