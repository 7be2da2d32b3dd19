import { spawn } from 'node:child_process'
import { appendFileSync, closeSync, openSync } from 'node:fs'
import { findProgram, serverUser } from './programs.mjs'

/**
 * Runs a program of a service, with its output in a file: as the user of the servers, or as ours. `ended`
 * resolves with its exit code, or the signal that ended it. It does not keep this process alive.
 */
export function spawnChild(program, args, { folder, log, isOurs = false }) {
  const file = openSync(log, 'a')
  const child = spawn(findProgram(program), args, {
    ...(!isOurs && serverUser()),
    cwd: folder,
    // Not the variables of whoever runs this: PGPORT, MYSQL_HOME and their like are read too.
    env: { PATH: process.env.PATH, LC_ALL: 'C', TMPDIR: folder },
    // In a group of its own: Ctrl-C is for the one who uses it, and it can be ended with its children.
    detached: true,
    stdio: ['ignore', file, file],
  })
  closeSync(file)
  child.unref()
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal))
    child.once('error', (error) => {
      appendFileSync(log, `${error.message}\n`)
      resolve(error.code)
    })
  })
  return { child, ended }
}
