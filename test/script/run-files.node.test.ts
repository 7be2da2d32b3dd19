import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { temporaryFolder } from '../storages/temporary-folder.ts'

interface Counts {
  passed: number
  failed: number
  problems: string[]
}

const lib = new URL('../../../script/lib/', import.meta.url)
const { readReport } = (await import(new URL('read-report.mjs', lib).href)) as {
  readReport(report: { format: string; path: string }): Counts
}

interface Job {
  command: string[]
  seconds: number
  report: { format: string; path: string }
}
process.env['TEST_SHUTDOWN_PATIENCE'] = '2'
const { execute } = (await import(new URL('execute.mjs', lib).href)) as {
  execute(job: Job, cpuPath: string, variables: object): Promise<object>
}
const { judge } = (await import(new URL('run.mjs', lib).href)) as {
  judge(job: Job, ended: object): Counts
}

const passes = `import { it } from 'node:test'; it('works', () => {})`

/** Runs files with these texts in one process, as script/test does. */
const run = (...texts: string[]) => runWithin({}, ...texts)

/** The same, with less patience for what does not end. */
function runWithin(limits: Record<string, string>, ...texts: string[]) {
  const folder = temporaryFolder()
  const files = texts.map((text, n) => {
    const file = join(folder, `${n}.test.js`)
    writeFileSync(file, text)
    return file
  })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const path = join(folder, 'report.tap')
  const times = join(folder, 'times')
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const reporter = ['--test-reporter=tap', `--test-reporter-destination=${path}`]
  const { status, stderr } = spawnSync(
    process.execPath,
    [...reporter, new URL('run-files.mjs', lib).pathname, ...files],
    {
      env: { ...env, TEST_TIMES: times, ...limits },
      encoding: 'utf8',
    },
  )
  const timed = existsSync(times) ? readFileSync(times, 'utf8').trim().split('\n').length : 0
  return { status, stderr, timed, files, ...readReport({ format: 'tap', path }) }
}

describe('test files in one process', () => {
  it('are counted and timed, and what tells where each ends is no test', () => {
    const { status, passed, failed, problems, timed } = run(passes, passes, passes)
    assert.deepEqual(
      { status, passed, failed, problems },
      { status: 0, passed: 3, failed: 0, problems: [] },
    )
    assert.equal(timed, 3)
  })

  it('may not be without a test', () => {
    const { files, passed, problems } = run(passes, '', passes)
    assert.equal(passed, 2)
    assert.deepEqual(problems, [`no test in ${files[1]}`])
  })

  it('fail alone when they cannot be loaded', () => {
    const { status, passed, failed } = run(passes, `throw new Error('broken')`, passes)
    assert.deepEqual({ status, passed, failed }, { status: 1, passed: 2, failed: 1 })
  })

  it('keep their suites, and the hooks of these', () => {
    const suite = `import { before, describe, it } from 'node:test'
      describe('a suite', () => {
        let isReady
        before(() => (isReady = true))
        it('is prepared', () => { if (!isReady) throw new Error('its hook has not run') })
        describe('in another', () => it('knows it', (t) => {
          if (t.fullName !== 'a suite > in another > knows it') throw new Error(t.fullName)
        }))
      })`
    const { status, passed, failed } = run(suite, suite)
    assert.deepEqual({ status, passed, failed }, { status: 0, passed: 4, failed: 0 })
  })

  for (const [what, text] of [
    ['a rejection', 'void Promise.reject(new Error("stray"))'],
    ['an exception', 'setTimeout(() => { throw new Error("stray") })'],
  ] as const) {
    it(`fail, alone, when nobody catches ${what}`, () => {
      const throws = `import { it } from 'node:test'
        it('looks well', async () => { ${text}; await new Promise((done) => setTimeout(done, 20)) })`
      const { status, stderr, passed, failed } = run(passes, throws, passes)
      assert.deepEqual({ status, passed, failed }, { status: 1, passed: 3, failed: 1 })
      assert.match(stderr, /Error: stray\n    at/)
    })
  }

  it('pay for no AsyncLocalStorage that one before them has entered', () => {
    const enters = `import { it } from 'node:test'
      import { AsyncLocalStorage } from 'node:async_hooks'
      it('enters one', () => (globalThis.entered = new AsyncLocalStorage()).run(1, () => {}))`
    // Every promise passes on the store of each that Node has as enabled.
    const looks = `import { it } from 'node:test'
      it('finds it as it was', () => { if (globalThis.entered.enabled) throw new Error('enabled') })`
    const { status, passed, failed } = run(enters, looks)
    assert.deepEqual({ status, passed, failed }, { status: 0, passed: 2, failed: 0 })
  })

  for (const [what, text] of [
    ['a variable', `${passes}; process.env.LEFT = 'behind'`],
    ['a clock', `${passes}; globalThis.Date = class extends Date {}`],
    ['a hook for all', `import { before } from 'node:test'\nbefore(() => {})\n${passes}`],
  ] as const) {
    it(`may not leave ${what} behind`, () => {
      const { status, failed } = run(text, passes)
      assert.deepEqual({ status, failed }, { status: 1, failed: 1 })
    })
  }
})

describe('a test file', () => {
  it('that does not end is stopped, and says what keeps it', () => {
    const { status, stderr } = runWithin(
      { TEST_PATIENCE: '1' },
      `
      import { it } from 'node:test'
      import { createServer } from 'node:net'
      it('leaves a server', () => new Promise((resolve) => {
        createServer().listen(0, '127.0.0.1', resolve)
      }))`,
    )
    assert.equal(status, 1)
    assert.match(stderr, /0\.test\.js: its tests have ended, but not its process/)
    assert.match(stderr, /Server listening at \{"address":"127\.0\.0\.1"/)
  })

  it('one of whose tests does not end is stopped too', () => {
    const { status, stderr } = runWithin(
      { TEST_FILE_SECONDS: '10' },
      `
      import { it } from 'node:test'
      it('waits', () => new Promise((resolve) => setTimeout(resolve, 60_000)))`,
    )
    assert.equal(status, 1)
    assert.match(stderr, /not all of its tests have ended/)
    assert.match(stderr, /Timeout/)
  })
})

describe('a process that hangs in its own shutdown', () => {
  it('is killed soon after its report, and fails', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'one.test.mjs')
    // The handle of a socket that is reset while it is being ended is never closed: Node waits for it for ever.
    writeFileSync(
      file,
      `import { it } from 'node:test'
      import { connect, createServer } from 'node:net'
      it('breaks a socket', (_, done) => {
        const server = createServer((socket) => {
          socket.end()
          socket.resetAndDestroy()
          server.close()
          done()
        })
        server.listen(0, '127.0.0.1', () => connect(server.address().port).on('error', () => {}))
      })`,
    )
    const report = { format: 'tap', path: join(folder, 'report.tap') }
    const reporter = ['--test-reporter=tap', `--test-reporter-destination=${report.path}`]
    const program = new URL('run-files.mjs', lib).pathname
    const job = { command: [process.execPath, ...reporter, program, file], seconds: 60, report }

    const ended = await execute(job, join(folder, 'cpu'), {})
    const { passed, failed, problems } = judge(job, ended)
    assert.deepEqual({ passed, failed }, { passed: 1, failed: 1 })
    assert.match(problems.join(), /wrote its report, and did not end/)
  })
})
