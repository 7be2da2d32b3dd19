import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('watchdog', import.meta.url))

/** Ends the servers of a service and removes its folder if this process cannot do it any more. */
export class Watchdog {
  #child
  #ended

  constructor(folder) {
    // In a session of its own, so that a signal for all of this process's group does not end it.
    const options = { detached: true, stdio: ['pipe', 'ignore', 'ignore'] }
    this.#child = spawn('/bin/sh', [program, folder], options)
    this.#child.stdin.on('error', () => {})
    this.#ended = once(this.#child, 'exit')
    this.#child.unref()
  }

  get pid() {
    return this.#child.pid
  }

  /** What there is to end from now on: `[{ pid, signal }]`. */
  watch(servers) {
    const list = servers.map(({ pid, signal }) => `${pid}:${signal.replace('SIG', '')}`)
    this.#child.stdin.write(`${list.join(' ')}\n`)
  }

  /** From now on the servers stay when this process ends. */
  async release() {
    this.#child.stdin.write('keep\n')
    await this.close()
  }

  /** Resolves when the folder has gone, too. */
  async close() {
    this.#child.ref()
    this.#child.stdin.end()
    await this.#ended
  }
}
