import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { spawnChild } from './child.mjs'
import { ended, familyOf, signal, until } from './processes.mjs'

/** One process of a service. It comes back on its port, with its files, as often as it is started. */
export class Server {
  #options
  #child
  #ended
  #paused = []

  /**
   * options: program, args, port, folder, isReady(pid) and onChange(); and where it is not SIGTERM,
   * stopSignal, and where it is not SIGKILL, endSignal: what ends it when its files are not needed any more;
   * and isOurs for a program of this repository.
   */
  constructor(options) {
    this.#options = { stopSignal: 'SIGTERM', endSignal: 'SIGKILL', ...options }
  }

  get port() {
    return this.#options.port
  }

  get address() {
    return `127.0.0.1:${this.port}`
  }

  /** Undefined while it is not running. */
  get pid() {
    return this.#child?.pid
  }

  get endSignal() {
    return this.#options.endSignal
  }

  /** What it has said since its first start. */
  get log() {
    return readFileSync(this.#logPath, 'utf8')
  }

  get #logPath() {
    const { folder, program, port } = this.#options
    return join(folder, `${basename(program)}-${port}.log`)
  }

  async start() {
    if (this.#child !== undefined) return
    const child = this.#spawn()
    const isOver = async () => this.#child !== child || (await this.#options.isReady(child.pid))
    if ((await until(isOver)) && this.#child === child) return
    await this.kill()
    const { program, port } = this.#options
    throw new Error(`${program} did not start on port ${port}:\n${this.log.slice(-2000)}`)
  }

  #spawn() {
    const { program, args, folder, isOurs, onChange } = this.#options
    const { child, ended } = spawnChild(program, args, { folder, log: this.#logPath, isOurs })
    this.#child = child
    this.#ended = ended.then(() => {
      if (this.#child === child) this.#child = undefined
      onChange()
    })
    onChange()
    return child
  }

  /**
   * Sends a signal (SIGKILL to its children too) and waits until all have ended; those that are still there after
   * ten seconds it makes.
   */
  async kill(name = 'SIGKILL') {
    const child = this.#child
    if (child === undefined) return
    child.ref()
    const family = familyOf(child.pid)
    signal(name === 'SIGKILL' ? family : [child.pid], name)
    this.resume()
    await ended(family)
    await this.#ended
  }

  async restart() {
    await this.kill(this.#options.stopSignal)
    await this.start()
  }

  /** Freezes it: its connections stay open and nobody answers. */
  pause() {
    if (this.#child === undefined) throw new Error('There is nothing to pause: it is not running')
    this.#paused = familyOf(this.#child.pid)
    signal(this.#paused, 'SIGSTOP')
  }

  resume() {
    signal(this.#paused, 'SIGCONT')
    this.#paused = []
  }
}
