import { appendFileSync, readFileSync, writeSync } from 'node:fs'

/* For processes that run tests: how long each file took, and the end of those that do not end by themselves. */

/** Seconds after the last test in which the process has to end. */
const patience = Number(process.env.TEST_PATIENCE ?? 60)
/** Seconds for all tests of a file. */
const longest = Number(process.env.TEST_FILE_SECONDS ?? 900)

/** Notes what a file took: seconds, and seconds of the processor with those of its children. */
export function noteTime(file, seconds, cpu) {
  const path = process.env.TEST_TIMES
  if (path !== undefined) appendFileSync(path, `${JSON.stringify({ file, seconds, cpu })}\n`)
}

/** Seconds of the processor that this process has used, and its children that have ended (where there is /proc). */
export function cpuSeconds() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6 + ofChildren()
}

function ofChildren() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ')
    return (Number(fields[13]) + Number(fields[14])) / 100
  } catch {
    return 0
  }
}

/** To be called when the last test has ended: what keeps the process running then is shown, and the process fails. */
export function expectEnd(file) {
  stopAfter(patience, `${file}: its tests have ended, but not its process`)
}

/** To be called when a file begins. Returns the timer, to be cleared when it has ended. */
export function stopWhenStuck(file) {
  return stopAfter(longest, `${file}: not all of its tests have ended`)
}

/** The timer does not keep the process: it only fires if something else does. */
function stopAfter(seconds, text) {
  const timer = setTimeout(() => {
    writeSync(2, `${text}, after ${seconds} seconds. What is open:\n${describeActive()}\n`)
    process.exit(1)
  }, seconds * 1000)
  timer.unref()
  return timer
}

/** What Node says of what is open, and of the handles that keep the process. */
function describeActive() {
  // Names of hosts are not looked up.
  process.report.excludeNetwork = true
  const { libuv } = process.report.getReport()
  const keeping = libuv.filter((handle) => handle.is_active && handle.is_referenced)
  return [
    `  resources: ${process.getActiveResourcesInfo().join(', ')}`,
    ...process._getActiveHandles().map((handle) => `  ${describeHandle(handle)}`),
    ...keeping.map(({ type, fd, pid }) => `  ${type} keeps it: ${JSON.stringify({ fd, pid })}`),
  ].join('\n')
}

/** Of a socket or a child the ends, which the report leaves out. */
function describeHandle(handle) {
  const kind = handle.constructor.name
  if (handle.spawnargs) return `${kind} ${handle.pid}: ${handle.spawnargs.join(' ')}`
  if (handle.listening) return `${kind} listening at ${JSON.stringify(handle.address())}`
  const { localPort, remoteAddress, remotePort } = handle
  return remotePort ? `${kind} from port ${localPort} to ${remoteAddress}:${remotePort}` : kind
}
