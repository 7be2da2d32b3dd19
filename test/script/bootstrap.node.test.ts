import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../repository.ts'
import { temporaryFolder } from '../storages/temporary-folder.ts'
import { patience } from '../patience.ts'

/** Says who it is and who works for it, and would go on for longer than any test; or fails once another one is at work. */
const npm = `#!/bin/sh
if [ -e fails ]; then
  while [ -z "$(ls "$STARTED")" ]; do sleep 0.05; done
  exit 3
fi
trap : INT
sleep 600 &
echo $$ $! >"$STARTED.$$"
mv "$STARTED.$$" "$STARTED/$$"
wait
`

interface Installing {
  /** Of each npm and of what it has started. */
  pids: number[]
  ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

/** The script in a folder of its own, with another npm, until it installs in so many folders. */
async function install(count: number, failing?: string): Promise<Installing> {
  const folder = temporaryFolder()
  const started = join(folder, 'started')
  for (const name of ['script', 'bench', 'bin', 'started']) mkdirSync(join(folder, name))
  cpSync(join(root, 'script/bootstrap'), join(folder, 'script/bootstrap'))
  for (const name of ['.', 'bench']) {
    writeFileSync(join(folder, name, 'package-lock.json'), '{}')
    mkdirSync(join(folder, name, 'node_modules'))
  }
  if (failing !== undefined) writeFileSync(join(folder, failing, 'fails'), '')
  writeFileSync(join(folder, 'bin/npm'), npm)
  chmodSync(join(folder, 'bin/npm'), 0o700)

  const child = spawn('script/bootstrap', ['bench'], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      STARTED: started,
    },
    stdio: ['ignore', 2, 2],
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  while (readdirSync(started).length < count && child.exitCode === null) await sleep(10)
  const pids = readdirSync(started).flatMap((name) =>
    readFileSync(join(started, name), 'utf8').trim().split(' ').map(Number),
  )
  return { pids, ended, kill: (signal) => child.kill(signal) }
}

/** One that has ended, and that nobody has collected yet, does not run. */
function isRunning(pid: number): boolean {
  const path = `/proc/${pid}/stat`
  return existsSync(path) && readFileSync(path, 'utf8').split(') ').at(-1)![0] !== 'Z'
}

/** Those that the signal does not end: a process that has got one may need a moment. */
async function left(pids: number[]): Promise<number[]> {
  const deadline = performance.now() + patience
  while (pids.some(isRunning) && performance.now() < deadline) await sleep(10)
  return pids.filter(isRunning)
}

describe('script/bootstrap', () => {
  const signals = { SIGTERM: 143, SIGINT: 130, SIGHUP: 143 } as const
  for (const [signal, code] of Object.entries(signals)) {
    it(`takes what it has started along when ${signal} stops it`, async () => {
      const { pids, ended, kill } = await install(2)
      assert.equal(pids.filter(isRunning).length, 4)
      kill(signal as NodeJS.Signals)
      assert.equal(await ended, code)
      assert.deepEqual(await left(pids), [])
    })
  }

  it('ends the other folders when npm fails in one', async () => {
    const { pids, ended } = await install(1, '.')
    assert.equal(await ended, 3)
    assert.equal(pids.length, 2)
    assert.deepEqual(await left(pids), [])
  })
})
