import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { temporaryFolder } from '../storages/temporary-folder.ts'
import { patience } from '../patience.ts'

const run = promisify(execFile)
const program = fileURLToPath(new URL('./scenario.js', import.meta.url))
const isRoot = process.getuid!() === 0

/** Who is root may do everything; these are the rights to that. */
const asOthers = ['setpriv', '--bounding-set=-dac_override,-dac_read_search,-fowner', '--']

export interface ChildOptions {
  /** Whether file modes hold for it, as they do for everybody but root. */
  obeysModes?: boolean
  /** The most files it may have open. */
  files?: number
  durable?: boolean
}

/** Plays a scenario in a process of its own, and returns what it found. */
export async function play(scenario: string, options: ChildOptions = {}): Promise<any> {
  const { obeysModes = false, files, durable = false } = options
  const directory = path.join(temporaryFolder(), 'sessions')
  const command = [process.execPath, program, scenario, directory, durable ? 'durable' : '']
  if (files !== undefined) command.unshift('prlimit', `--nofile=${files}`, '--')
  if (obeysModes && isRoot) command.unshift(...asOthers)
  const { stdout } = await run(command[0]!, command.slice(1), {
    timeout: patience,
    killSignal: 'SIGKILL',
  })
  return JSON.parse(stdout)
}
