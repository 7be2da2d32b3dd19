// A worker that stops the main thread where each function of ours begins, and notes who called it.
import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { fileURLToPath } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

const { dist, recording } = workerData
const files = new Map()
const functions = new Map()
const calls = []

// This also keeps the worker alive while it waits for the inspector.
const tasks = { watch, take }
parentPort.on('message', async (task) => parentPort.postMessage(await tasks[task]()))

const inspector = new Session()
inspector.connectToMainThread()
inspector.on('Debugger.scriptParsed', ({ params }) => {
  if (isOurs(params.url)) files.set(params.scriptId, fileURLToPath(params.url).slice(dist.length))
})
inspector.on('Debugger.paused', ({ params }) => {
  note(params)
  inspector.post('Debugger.resume')
})
await inspector.post('Debugger.enable')
await inspector.post('Debugger.setAsyncCallStackDepth', { maxDepth: 32 })
await inspector.post('Profiler.enable')
await inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

parentPort.postMessage('ready')

/** What helps to test is nobody's way through the house. */
function isOurs(url) {
  return url.startsWith(`file://${dist}`) && !url.startsWith(`file://${dist}testing/`)
}

/** Stops from now on at every function that has run so far. */
async function watch() {
  for (const [scriptId, ranges] of await coverage()) {
    const text = new Text(readFileSync(dist + files.get(scriptId), 'utf8'))
    for (const range of ranges.filter(({ count }) => count > 0)) {
      const places = await placesOf(scriptId, text, range, ranges)
      // A constructor that is not written down has none.
      if (places.length > 0) await stopAt({ scriptId, ...range, places, seen: 0 })
    }
  }
  await coverage()
}

async function stopAt(known) {
  const { breakpointId } = await inspector.post('Debugger.setBreakpoint', {
    location: known.places.shift(),
  })
  functions.set(breakpointId, known)
}

/**
 * The calls since the last time, and the functions that were not seen as often as the engine counted them. Those
 * begin with a loop, which the debugger stops at in every turn or never: it stops at their next place from now on.
 */
async function take() {
  const counted = await coverage()
  const wrong = []
  for (const [breakpointId, known] of functions) {
    const range = counted.get(known.scriptId)?.find(({ start }) => start === known.start)
    const isRight = known.seen === (range?.count ?? 0)
    known.seen = 0
    if (isRight) continue
    wrong.push(`${files.get(known.scriptId)} ${known.name}`)
    if (known.places.length === 0) continue
    await inspector.post('Debugger.removeBreakpoint', { breakpointId })
    functions.delete(breakpointId)
    await stopAt(known)
  }
  return { calls: calls.splice(0), wrong }
}

async function coverage() {
  const { result } = await inspector.post('Profiler.takePreciseCoverage')
  return new Map(
    result
      .filter(({ scriptId }) => files.has(scriptId))
      .map(({ scriptId, functions: found }) => [scriptId, found.map(toRange).filter(isCalled)]),
  )
}

function toRange({ functionName, ranges: [{ startOffset, endOffset, count }] }) {
  return { name: functionName, start: startOffset, end: endOffset, count }
}

/** Neither the file itself nor what sets a class's fields: that belongs to the constructor. */
function isCalled({ name, start }) {
  return start > 0 && name !== '<instance_members_initializer>'
}

/** Where the debugger can stop in a function, but in none inside of it, nor in defaults of parameters: those may not run. */
async function placesOf(scriptId, text, range, ranges) {
  const start = { scriptId, ...text.placeOf(text.bodyAt(range.start)) }
  const end = { scriptId, ...text.placeOf(range.end) }
  const { locations } = await inspector.post('Debugger.getPossibleBreakpoints', { start, end })
  const inner = ranges.filter((other) => other.start > range.start && other.end <= range.end)
  return locations.filter((location) => {
    const at = text.offsetOf(location)
    return !inner.some((other) => at >= other.start && at < other.end)
  })
}

/** A file's text, by offsets as in coverage and by lines as in the debugger. */
class Text {
  #text
  #lines

  constructor(text) {
    this.#text = text
    this.#lines = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)]
  }

  offsetOf({ lineNumber, columnNumber }) {
    return this.#lines[lineNumber] + columnNumber
  }

  placeOf(offset) {
    const lineNumber = this.#lines.findLastIndex((line) => line <= offset)
    return { lineNumber, columnNumber: offset - this.#lines[lineNumber] }
  }

  /** Behind the parameters of the function that starts there. */
  bodyAt(start) {
    let depth = 0
    for (const { 0: found, index } of this.#text.slice(start).matchAll(/[()]|=>|\{/g)) {
      if (found === '(') depth++
      if (found === ')') depth--
      if (depth === 0) return start + index
    }
    return start
  }
}

/** The caller is the next function of ours on the stack, or on that of whoever left this one to run later. */
function note({ hitBreakpoints, callFrames, asyncStackTrace }) {
  for (const id of hitBreakpoints) functions.get(id).seen++
  if (recording[0] === 0) return
  const stack = callFrames.map(({ location }) => location)
  for (let trace = asyncStackTrace; trace; trace = trace.parent) stack.push(...trace.callFrames)
  const [file, ...callers] = stack.map(({ scriptId }) => files.get(scriptId)).filter(Boolean)
  calls.push({ name: callFrames[0].functionName, file, caller: callers[0], depth: callers.length })
}
