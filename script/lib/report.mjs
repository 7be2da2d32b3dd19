const skipsFail = process.env.REQUIRE_ALL === '1' || process.env.ALLOW_SKIP !== '1'

/** One line for a part; and, when something is wrong with it, everything it said. */
export function printResult(result) {
  const { part, passed, failed, skips, problems, output, isCheck, seconds, cpu } = result
  const verdict = failed > 0 ? 'FAIL' : skips.length > 0 ? 'SKIP' : 'ok'
  const counts = `${passed} passed, ${failed} failed, ${skips.length} skipped`
  const columns = [
    verdict.padEnd(4),
    part.padEnd(16),
    (isCheck && failed === 0 ? '' : counts).padEnd(40),
    duration(seconds),
    `${duration(cpu)} of the processor`,
  ]
  console.log(columns.join(' '))

  for (const skip of skips) console.log(`     SKIPPED ${skip}`)
  for (const problem of problems) console.log(`     ${problem}`)
  if (failed > 0) console.log(output.trimEnd().replace(/^/gm, '     | '))
}

const duration = (seconds) => `${seconds.toFixed(1)} s`.padStart(8)

/** The files that took longest, of all parts. */
export function printSlowest(results, many) {
  const times = results.flatMap(({ part, times: some }) => some.map((time) => ({ part, ...time })))
  if (times.length === 0) return
  console.log('\nThe slowest files:')
  for (const { part, file, seconds, cpu } of times
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, many)) {
    const ofProcessor = cpu === undefined ? '' : `${duration(cpu)} of the processor`
    console.log(
      `${duration(seconds)}  ${part.padEnd(16)} ${shorten(file).padEnd(50)} ${ofProcessor}`.trimEnd(),
    )
  }
  const all = results.reduce((sum, { cpu }) => sum + cpu, 0)
  console.log(`Together ${(all / 60).toFixed(1)} minutes of the processor.`)
}

function shorten(file) {
  return file.replace(/^.*?(?=\btest\/)/, '')
}

/** Parts, and files of parts, that only who asks for them gets. */
export function printLeftOut(parts) {
  if (parts.length === 0) return
  const names = parts.map(({ name, files }) => `${name} (${files.length} files)`).join(', ')
  console.log(`Left out: ${names}. script/test --all runs them.`)
}

/** The last line. Returns whether all is well. */
export function printTotal(results) {
  const sum = (count) => results.reduce((total, result) => total + count(result), 0)
  const passed = sum((result) => result.passed)
  let failed = sum((result) => result.failed)
  const skipped = sum((result) => result.skips.length)

  if (skipped > 0) {
    console.log(`\n${skipped} SKIPPED${skipsFail ? ', which fails the run' : ''}`)
    if (skipsFail) failed = Math.max(failed, 1)
  }
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0
}
