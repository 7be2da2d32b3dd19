import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { TestContext } from 'node:test'
import { eventually } from './talk.ts'

/**
 * From now on each sync of a process with the disk takes four seconds, as on a disk that is busy. Returns what says whether
 * one is under way. For root, or where a process may trace others of the same user.
 */
export async function slowSyncs(test: TestContext, pid: number): Promise<() => boolean> {
  const inject = 'inject=fsync,fdatasync:delay_enter=4000000'
  const args = ['-f', '-p', String(pid), '-e', 'trace=fsync,fdatasync', '-e', inject]
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  test.after(() => strace.kill('SIGKILL'))
  let said = ''
  strace.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  await eventually(() => {
    assert.equal(strace.exitCode, null, said)
    return /attached/.test(said)
  })
  return () => /sync\(/.test(said)
}
