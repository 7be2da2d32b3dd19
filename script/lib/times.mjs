import { existsSync, readFileSync } from 'node:fs'

/** How long each file of a part took: [{ file, seconds, cpu }], `cpu` in seconds where the runtime tells it. */
export function readTimes(report, timesPath) {
  if (report === undefined) return []
  return report.format === 'junit' ? ofSuites(read(report.path)) : ofLines(read(timesPath))
}

/** Seconds of the processor that a part took with all below it: what bash's `time` wrote. */
export function readCpu(path) {
  const [user, system] = read(path).trim().split(' ').map(Number)
  return user + system || 0
}

function ofLines(text) {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

/** A file is a suite whose name is its path. Deno gives times to tests only. */
function ofSuites(text) {
  return text
    .split('<testsuite ')
    .slice(1)
    .flatMap((suite) => {
      const [, file] = suite.match(/^[^>]*\bname="([^"]*\.test\.[jt]s)"/) ?? []
      const [, own] = suite.match(/^[^>]*\btime="([^"]*)"/) ?? []
      return file === undefined ? [] : [{ file, seconds: Number(own ?? ofTests(suite)) }]
    })
}

/** Those in others ("a > b") are in the time of these. */
function ofTests(suite) {
  const tests = [...suite.matchAll(/<testcase name="([^"]*)"[^>]*\btime="([^"]*)"/g)]
  const outermost = tests.filter(([, name]) => !name.includes(' &gt; '))
  return outermost.reduce((sum, [, , seconds]) => sum + Number(seconds), 0)
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
