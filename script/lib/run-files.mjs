/*
 * Runs test files in this process, one after the other: script/lib/run-files.mjs FILE ...
 * A process for each would take longer to start than most of them take. After each file there is one more test, which
 * tells where its tests end: that it has left the process as it was, so that the next one finds nothing of it.
 */
import assert from 'node:assert/strict'
import process from 'node:process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { disableStorages } from './async-storages.mjs'
import { hasHookForAll } from './hook-for-all.mjs'
import { test } from './node-test.mjs'
import { cpuSeconds, expectEnd, noteTime, stopWhenStuck } from './watch-tests.mjs'

const files = process.argv.slice(2)
/** Errors that no test caught. */
const stray = []
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => {
    console.error(error)
    process.exitCode = 1
    stray.push(error)
  })
}
// Who read the output was killed: to report that as an error would write again, without an end.
for (const output of [process.stdout, process.stderr]) output.on('error', () => process.exit(1))

for (const file of files) {
  const before = surroundings()
  const limit = stopWhenStuck(file)
  const started = { at: performance.now(), cpu: cpuSeconds() }
  try {
    await import(pathToFileURL(file).href)
  } catch (error) {
    test(`${file} is loaded`, () => Promise.reject(error))
  }
  // It begins when all tests of the file have ended.
  await test(`end of ${file}`, async () => {
    // A rejection is known to be nobody's at the end of a turn.
    await nextTurn()
    assert.deepEqual(stray.splice(0), [])
    if (files.length > 1) assertSeparate(file, before)
  })
  disableStorages()
  clearTimeout(limit)
  if (files.length > 1) {
    noteTime(file, (performance.now() - started.at) / 1000, cpuSeconds() - started.cpu)
  }
}
expectEnd(files.at(-1))

function assertSeparate(file, before) {
  assert.deepEqual(surroundings(), before)
  assert.ok(!hasHookForAll(file), 'a hook outside of a suite')
}

/** What every file may rely on. */
function surroundings() {
  const { log, info, warn, error, debug } = console
  return {
    env: { ...process.env },
    console: { log, info, warn, error, debug },
    date: Date,
    fetch: globalThis.fetch,
    crypto: globalThis.crypto,
    builtins: process.getBuiltinModule,
  }
}
