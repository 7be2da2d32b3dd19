import { globFiles } from './files.mjs'

/*
 * A part is one command with one line in the report:
 *   name, command, seconds (after which it is stopped),
 *   report: { format, path } for those that run tests and write down how it went.
 */

const node = process.execPath
const installed = 'test/runtimes/node_modules'
const tools = 'script/tools/node_modules/.bin'

/** What has to be there before anything else can run. */
export function compileParts() {
  return [
    { name: 'build', command: ['script/build', 'dist'], seconds: 120 },
    { name: 'types', command: ['script/build', 'test'], seconds: 120, after: 'build' },
  ]
}

/** What is looked at rather than run. */
export function checkParts(scratch) {
  return [
    { name: 'lint', command: [`${tools}/oxlint`, '--deny-warnings'], seconds: 60 },
    { name: 'format', command: [`${tools}/oxfmt`, '--check'], seconds: 60 },
    { name: 'core', command: ['node_modules/.bin/tsc', '-p', 'tsconfig.core.json'], seconds: 120 },
    {
      name: 'package',
      command: ['script/lib/check-package', scratch],
      seconds: 120,
      needsBuild: true,
    },
  ]
}

/** The tests, what takes longest first. Files that end in `.node.test.ts` need processes, a browser or the like: Node 20 only. */
export function runtimeParts(scratch, only = '') {
  const files = globFiles('.build/test', '.test.js').filter((file) => file.includes(only))
  const portable = files.filter((file) => !file.endsWith('.node.test.js'))
  const cases = '.build/test/workerd/cases.js'
  const forWorkerd = cases.includes(only) ? [cases] : []

  const onNode20 = (name, isPart) => nodePart(name, node, files.filter(isPart), scratch, 900)

  return [
    onNode20('servers', (file) => usesServers(file) && !isRace(file)),
    onNode20('races', isRace),
    onNode20('node20', (file) => !usesServers(file) && !isRace(file)),
    nodePart('node22', `${installed}/node22/bin/node`, portable, scratch, 600),
    nodePart('node24', `${installed}/node24/bin/node`, portable, scratch, 600),
    nodePart('node26', `${installed}/node26/bin/node`, portable, scratch, 600),
    denoPart(portable, scratch),
    bunPart(portable, scratch),
    workerdPart('workerd', forWorkerd, scratch, []),
    workerdPart('workerd-nodejs', forWorkerd, scratch, ['nodejs_compat']),
  ]
}

/** Whether four processes work on the same sessions: on Node 20 these tests are a part of their own. */
function isRace(file) {
  return file.includes('/stress/backends/')
}

/** Whether it starts Redis, PostgreSQL and the like: these are another one. */
function usesServers(file) {
  const folders = /\/(services|faults\/servers)\//
  const files =
    /\/(redis[\w-]*|sql-servers[\w-]*|memcache|runtimes|shop-storages|session-servers)\.node\.test\.js$/
  return folders.test(file) || files.test(file)
}

function nodePart(name, program, files, scratch, seconds) {
  const report = { format: 'tap', path: `${scratch}/${name}.tap` }
  const to = (reporter, path) => [
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${path}`,
  ]
  const reporters = [...to('spec', 'stdout'), ...to('tap', report.path)]
  // Half of the time for one file: then the report can say which.
  const options = ['--enable-source-maps', '--test', `--test-timeout=${seconds * 500}`]
  const command = [program, ...options, ...reporters, ...files]
  return { name, command, seconds, report, files }
}

function denoPart(files, scratch) {
  const report = { format: 'junit', path: `${scratch}/deno.xml` }
  const program = `${installed}/@deno/linux-x64-glibc/deno`
  const options = ['-A', '--no-check', '--no-remote', `--junit-path=${report.path}`]
  const command = [program, 'test', ...options, ...files]
  return { name: 'deno', command, seconds: 600, report, files }
}

function bunPart(files, scratch) {
  const report = { format: 'junit', path: `${scratch}/bun.xml` }
  const program = `${installed}/@oven/bun-linux-x64/bin/bun`
  // The other runners give a test all the time it wants, Bun five seconds.
  const options = ['--timeout=60000', '--reporter=junit', `--reporter-outfile=${report.path}`]
  // Without the dot Bun takes a path for a filter.
  const command = [program, 'test', ...options, ...files.map((file) => `./${file}`)]
  return { name: 'bun', command, seconds: 600, report, files }
}

function workerdPart(name, files, scratch, flags) {
  const report = { format: 'tap', path: `${scratch}/${name}.tap` }
  const command = [node, 'test/runtimes/workerd.mjs', report.path, ...flags]
  return { name, command, seconds: 600, report, files }
}
