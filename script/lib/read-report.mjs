import { existsSync, readFileSync } from 'node:fs'

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
  // Node lets a file without a test pass, as a test with the file's name.
  const empty = [...text.matchAll(/^ok \d+ - (.*\.test\.js)$/gm)]
  return {
    passed: total('pass') - empty.length,
    failed: total('fail') + total('cancelled'),
    skips: skips.map(([, name, reason]) => (reason ? `${name}:${reason}` : name)),
    problems: empty.map(([, file]) => `no test in ${file}`),
  }
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
