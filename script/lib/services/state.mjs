import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ended, isRunning, signal, startOf } from './processes.mjs'

/*
 * What `script/services start` left running, for `stop` to find: by name, what Service.describe returns.
 * SERVICES_STATE names another file, for a set of services beside the usual one.
 */
const usual = fileURLToPath(new URL('../../../.build/services.json', import.meta.url))
const file = process.env.SERVICES_STATE || usual

export function loadState() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return {}
    throw error
  }
}

export function saveState(state) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`)
  renameSync(`${file}.new`, file)
}

/** Those of a service's servers that still run. A pid that somebody else has by now is not one. */
export function runningServers({ servers }) {
  return servers.filter(({ pid, start }) => isRunning(pid) && startOf(pid) === start)
}

/** Ends what is left of a service, and removes its files. */
export async function endService(service) {
  const running = runningServers(service)
  for (const { pid, endSignal } of running) signal([-pid], endSignal)
  for (const { pid } of running) signal([-pid], 'SIGCONT')
  await ended(running.map(({ pid }) => pid))
  rmSync(service.folder, { recursive: true, force: true, maxRetries: 5 })
}
