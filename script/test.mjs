import { parseArgs } from 'node:util'
import { checkParts, compileParts, runtimeParts, briefly, withoutLogic } from './lib/parts.mjs'
import { printLeftOut, printResult, printSlowest, printTotal } from './lib/report.mjs'
import { stopAll } from './lib/execute.mjs'
import { runParts } from './lib/run.mjs'
import { makeScratch } from './lib/scratch.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    all: { type: 'boolean' },
    list: { type: 'boolean' },
    times: { type: 'boolean' },
  },
})

const scratch = makeScratch()
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    await stopAll()
    process.exit(1)
  })
}

const names = [...checkParts(scratch.disk), ...runtimeParts(scratch.disk)].map((part) => part.name)
const unknown = positionals.filter((name) => !names.includes(name))

if (values.list) {
  console.log(names.join('\n'))
} else if (unknown.length > 0) {
  console.error(`No such part: ${unknown.join(', ')}. There are: ${names.join(', ')}`)
  process.exitCode = 2
} else {
  process.exitCode = (await main()) ? 0 : 1
}

async function main() {
  const results = []
  let leftOut = []

  async function run(parts) {
    await runParts(parts, scratch, (result) => {
      results.push(result)
      printResult(result)
    })
  }

  // Somebody who is after certain tests does not want to hear about the rest.
  const isNarrow = values.only !== undefined && positionals.length === 0
  const checks = isNarrow ? [] : checkParts(scratch.disk).filter(isWanted)
  await run([...compileParts(), ...checks.filter((part) => !part.needsBuild)])

  // Tests with type errors are compiled all the same, and run; without the package none can.
  if (results.every((result) => result.part !== 'build' || result.failed === 0)) {
    const all = runtimeParts(scratch.disk, values.only)
    const wanted = all.filter(isWanted)
    const isPlain = positionals.length === 0 && values.only === undefined && !values.all
    const runtimes = values.all ? wanted : briefly(isPlain ? wanted.map(withoutLogic) : wanted)
    leftOut = [
      ...all.filter((part) => part.isLeftOut && !isWanted(part)),
      ...runtimes.flatMap(({ name, leftOut = [] }) => ({ name, files: leftOut })),
    ].filter(({ files }) => files.length > 0)
    const withFiles = runtimes.filter((part) => part.files.length > 0)
    await run([
      ...(values.only === undefined ? runtimes : withFiles),
      ...checks.filter((part) => part.needsBuild),
    ])
    if (values.only !== undefined && withFiles.length === 0) {
      console.error(`No test file has "${values.only}" in its path`)
      printLeftOut(leftOut)
      printTotal(results)
      return false
    }
  }
  printSlowest(results, values.times ? Infinity : 10)
  if (positionals.length === 0) printLeftOut(leftOut)
  return printTotal(results)
}

/** `node20` asks for `node20-processes` too. */
function isWanted(part) {
  const isAskedFor = (name) => part.name === name || part.name.startsWith(`${name}-`)
  if (positionals.length === 0) return values.all === true || part.isLeftOut !== true
  return positionals.some(isAskedFor)
}
