import { existsSync, readFileSync } from 'node:fs'

/** How the test begins that script/lib/run-files.mjs puts after each file. */
const endOf = 'end of '

/** Whether a runner of Node has written its last line, after which nothing but its own end is left. */
export function isComplete(report) {
  if (report?.format !== 'tap' || !existsSync(report.path)) return false
  return /^# duration_ms /m.test(readFileSync(report.path, 'utf8').slice(-500))
}

/** Counts what a test runner wrote down: { passed, failed, skips, problems }. */
export function readReport(report) {
  if (report === undefined || !existsSync(report.path)) {
    return { passed: 0, failed: 0, skips: [], problems: [] }
  }
  const text = readFileSync(report.path, 'utf8')
  return report.format === 'tap' ? readTap(text) : readJunit(text)
}

function readTap(text) {
  // Node's own totals: they tell tests from suites.
  const total = (name) => Number(text.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0)
  const skips = [...text.matchAll(/^ *ok \d+ - (.*) # (?:SKIP|TODO)(.*)$/gm)]
  const { ends, empty } = filesIn(text)
  return {
    passed: total('pass') - ends.length - empty.length,
    failed: total('fail') + total('cancelled'),
    skips: skips.map(([, name, reason]) => (reason ? `${name}:${reason}` : name)),
    problems: [...empty, ...emptyBetween(text)].map((file) => `no test in ${file}`),
  }
}

/** What counts as a test and is none. */
function filesIn(text) {
  const passed = [...text.matchAll(/^ok \d+ - (.*\.test\.js)$/gm)].map(([, name]) => name)
  const isEnd = (name) => name.startsWith(endOf)
  // Node lets a file without a test pass, as a test with the file's name.
  return { ends: passed.filter(isEnd), empty: passed.filter((name) => !isEnd(name)) }
}

/** Those that end where they began, in script/lib/run-files.mjs. */
function emptyBetween(text) {
  const results = [...text.matchAll(/^(?:not )?ok \d+ - (.*)$/gm)].map(([, name]) => name)
  const isEnd = (name) => name === undefined || name.startsWith(endOf)
  return results
    .filter((name, n) => isEnd(name) && isEnd(results[n - 1]))
    .map((name) => name.slice(endOf.length))
}

function readJunit(text) {
  const cases = text.split('<testcase ').slice(1)
  const tests = cases.map((test) => ({
    name: test.match(/name="([^"]*)"/)?.[1] ?? '?',
    failed: test.includes('<failure'),
    skipped: test.includes('<skipped'),
  }))
  // Deno lists a suite as one more case, before ("a") those in it ("a > b").
  const names = tests.map((test) => test.name)
  const isSuite = ({ name }) => names.some((other) => other.startsWith(`${name} &gt; `))
  const leaves = tests.filter((test) => !isSuite(test))
  return {
    passed: leaves.filter((test) => !test.failed && !test.skipped).length,
    failed: leaves.filter((test) => test.failed).length,
    skips: leaves.filter((test) => test.skipped).map((test) => test.name),
    problems: [],
  }
}
