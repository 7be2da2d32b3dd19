import { globFiles } from './files.mjs'
import { hasHookForAll } from './hook-for-all.mjs'

/*
 * A part is one line in the report, and one command or several, its `jobs`, which may run at the same time:
 *   command, seconds (after which it is stopped),
 *   report: { format, path } if it runs tests and writes down how it went,
 *   file, if it is there for this file alone; isLong, if it should not be the last to begin;
 *   givesWay, if it may be slow while others have work: 'first' if it mostly waits, and 'last';
 *   isOnDisk, if its temporary files have to be on a disk;
 *   turn: of several jobs with the same one runs at a time;
 *   variables of its environment.
 */

/** Seconds after which a job counts as one that hangs. None takes as long that works, on a busy machine neither. */
const never = 1800

const node = process.execPath
const installed = 'test/runtimes/node_modules'
const tools = 'script/tools/node_modules/.bin'

/** What has to be there before anything else can run. */
export function compileParts() {
  return [
    check('build', ['script/build', 'dist']),
    { ...check('types', ['script/build', 'test']), after: 'build' },
  ]
}

/** What is looked at rather than run. */
export function checkParts(scratch) {
  return [
    check('lint', [`${tools}/oxlint`, '--deny-warnings']),
    check('format', [`${tools}/oxfmt`, '--check']),
    check('core', ['node_modules/.bin/tsc', '-p', 'tsconfig.core.json']),
    { ...check('package', ['script/lib/check-package', scratch]), needsBuild: true },
  ]
}

function check(name, command) {
  return { name, jobs: [{ name, command, seconds: never }] }
}

/**
 * The tests. Files that end in `.node.test.ts` need processes, a browser or the like: these
 * run on Node 20 only, in one process with those of their folder or in one of their own. All others run on every runtime, there in one
 * process.
 */
export function runtimeParts(scratch, only = '') {
  const files = globFiles('.build/test', '.test.js').filter((file) => file.includes(only))
  const isPortable = (file) => !file.endsWith('.node.test.js')
  const portable = files.filter(isPortable)
  const own = files.filter((file) => !isPortable(file))
  const cases = '.build/test/workerd/cases.js'
  const forWorkerd = cases.includes(only) ? [cases] : []

  const inPart = (name) =>
    ownProcesses(name, storyLast(own.filter((file) => partOf(file) === name)), scratch)

  return [
    inPart('races'),
    inPart('servers'),
    inPart('node20-processes'),
    { ...inPart('frameworks'), isLeftOut: true },
    { ...inPart('services'), isLeftOut: true },
    // The longest first.
    oneProcess('node20', node, portable, scratch),
    workerdPart('workerd-nodejs', forWorkerd, scratch, ['nodejs_compat']),
    { ...oneProcess('node22', `${installed}/node22/bin/node`, portable, scratch), isAkin: true },
    oneProcess('node26', `${installed}/node26/bin/node`, portable, scratch),
    bunPart(portable, scratch),
    { ...denoPart(portable, scratch), isAkin: true },
    { ...oneProcess('node24', `${installed}/node24/bin/node`, portable, scratch), isAkin: true },
    workerdPart('workerd', forWorkerd, scratch, []),
  ]
}

/** What takes longer than the rest, in a process of its own. */
const isLong =
  /\/(stress\/backends|browser|faults\/servers|services)\/|browser|redis-f|sql-servers\./

/** What has no deadline of less than many seconds, and so may be slow. */
const isPatient = /\/test\/(bundlers|cli|docs|examples|package|script)\//

/** The same, where a processor is taken for half of the time at most: browsers, and tests of the runner. */
const mostlyWaits = /\/test\/browser\/|-browser\.node\.|\/script\/run-files\./

/** All tests of a runtime: they wait for nothing, and whenever a job with servers does, they take the processor. */
const busy = { isLong: true, givesWay: 'last' }

/** What is about files: killed processes, full disks, power loss. */
const isAboutFiles = /\/(stress|faults)\/[^/]+$|\/(sqlite-disk|private-files|process-ends)\./

/** Apps that are built with the tools of a framework, which takes a minute each, and the examples, of which some are such apps. */
const isBuilt =
  /\/frameworks\/(sveltekit|astro|next|tanstack-start|nuxt|nest)\.node\.|\/examples\/(plain|react-router|story)\.node\.|\/cli\/new-built\.node\./

/** The story is told by all of these apps: it comes when each was built by its own file, and none pays for the others. */
function storyLast(files) {
  const isStory = (file) => file.includes('/story.')
  return files.toSorted((a, b) => Number(isStory(a)) - Number(isStory(b)))
}

/** What starts Redis, PostgreSQL and the like, to use them. */
const usesServers =
  /\/faults\/servers\/|\/(redis[\w-]*|sql-servers[\w-]*|memcache|runtimes|shop-storages|session-servers|cli\/servers)\.node\./

/** Which part a file is of that has a process of its own. Of two of them see isLeftOut: who wants these tests asks for them. */
function partOf(file) {
  // Four processes on the same sessions.
  if (file.includes('/stress/backends/')) return 'races'
  if (isBuilt.test(file)) return 'frameworks'
  // How script/services and the tests start servers, and end them: no promise of the package.
  if (file.includes('/test/services/')) return 'services'
  return usesServers.test(file) ? 'servers' : 'node20-processes'
}

/** Of these parts one job runs at a time. */
const turns = { races: 'race', frameworks: 'build' }

function ownProcesses(name, files, scratch) {
  const groups = name === 'node20-processes' ? groupsOf(files) : files.map((file) => [file])
  const jobs = groups.map((group, n) => ({
    ...nodeJob(`${name}-${n}`, node, group, scratch),
    seconds: Math.max(never, 120 * group.length),
    ...(group.length === 1 && { file: group[0] }),
    isLong: isLong.test(group[0]) || group.length > 1,
    ...(name === 'node20-processes' && { givesWay: givingWay(group[0]) }),
    isOnDisk: isAboutFiles.test(group[0]),
    ...(turns[name] && { turn: turns[name] }),
  }))
  return { name, jobs, files }
}

function givingWay(file) {
  if (mostlyWaits.test(file)) return 'first'
  return isPatient.test(file) ? 'last' : undefined
}

/** Portable files about code that itself calls what the platform offers: crypto, SQLite, files, streams, timers, headers. The others are logic. */
const touchesRuntime =
  /\/test\/(conformance\.|(storages|frameworks|faults|stress|core\/(runtime|cookie|record|live))\/)|\/web-crypto\./

/**
 * The files of each process: those of a folder share one, which loads what they need once. A file with a hook for all tests
 * has its own.
 */
function groupsOf(files) {
  const groups = new Map()
  for (const file of files) {
    const [folder] = hasHookForAll(file) ? [] : (/\/test\/[^/]+\//.exec(file) ?? [])
    const place = `${folder ?? file} ${isAboutFiles.test(file)} ${givingWay(file)}`
    groups.set(place, [...(groups.get(place) ?? []), file])
  }
  return [...groups.values()]
}

function oneProcess(name, program, files, scratch) {
  return inOneProcess(nodeJob(name, program, files, scratch), files)
}

function inOneProcess(job, files) {
  return { name: job.name, jobs: [{ ...job, ...busy }], files, isPortable: true }
}

/**
 * Gives chance less time (test/random-cases.ts). Runtimes share random cases: each tries a part of them, and draws others
 * than the next.
 */
export function briefly(parts) {
  const sharing = parts.filter((part) => part.isPortable && part.leftOut === undefined)
  const variables = { TEST_BRIEFLY: '1', TEST_RUNTIMES: String(sharing.length) }
  return parts.map((part) => ({
    ...part,
    jobs: part.jobs.map((job) => ({ ...job, command: patient(job.command), variables })),
  }))
}

/**
 * Node 20 optimizes what has run some hundred times, and most tests end before that pays: with fifteen times the patience they
 * take the processor for a fifth less. Later versions have a compiler between.
 */
function patient([program, ...options]) {
  const isEager = program === node && process.version.startsWith('v20.')
  return [program, ...(isEager ? ['--interrupt-budget=1000000'] : []), ...options]
}

/** On a Node between the oldest and the newest, and on Deno, which has the engine of the newest. */
export function withoutLogic(part) {
  if (!part.isAkin) return part
  const files = part.files.filter((file) => touchesRuntime.test(file))
  const leftOut = part.files.filter((file) => !files.includes(file))
  const jobs = part.jobs.map((job) => ({
    ...job,
    command: job.command.filter((argument) => !leftOut.includes(argument)),
  }))
  return { ...part, files, leftOut, jobs }
}

function nodeJob(name, program, files, scratch) {
  const report = { format: 'tap', path: `${scratch}/${name}.tap` }
  const to = (reporter, path) => [
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${path}`,
  ]
  const options = ['--enable-source-maps', ...to('spec', 'stdout'), ...to('tap', report.path)]
  const command = [program, ...options, 'script/lib/run-files.mjs', ...files]
  return { name, command, seconds: never, report }
}

function denoPart(files, scratch) {
  const report = { format: 'junit', path: `${scratch}/deno.xml` }
  const program = `${installed}/@deno/linux-x64-glibc/deno`
  const options = ['-A', '--no-check', '--no-remote', `--junit-path=${report.path}`]
  const entry = 'script/lib/import-files.mjs'
  const command = [program, 'test', ...options, entry, '--', ...files]
  return inOneProcess({ name: 'deno', command, seconds: never, report }, files)
}

function bunPart(files, scratch) {
  const report = { format: 'junit', path: `${scratch}/bun.xml` }
  const program = `${installed}/@oven/bun-linux-x64/bin/bun`
  // The other runners give a test all the time it wants, Bun five seconds.
  const options = ['--timeout=300000', '--reporter=junit', `--reporter-outfile=${report.path}`]
  // Without the dot Bun takes a path for a filter.
  const command = [program, 'test', ...options, ...files.map((file) => `./${file}`)]
  return inOneProcess({ name: 'bun', command, seconds: never, report }, files)
}

function workerdPart(name, files, scratch, flags) {
  const report = { format: 'tap', path: `${scratch}/${name}.tap` }
  const command = [node, 'test/runtimes/workerd.mjs', report.path, ...flags]
  return { name, jobs: [{ name, command, seconds: never, report, ...busy }], files }
}
