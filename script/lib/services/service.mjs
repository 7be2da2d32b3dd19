import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { spawnChild } from './child.mjs'
import { createFolder } from './folder.mjs'
import { freePorts } from './ports.mjs'
import { startOf, until } from './processes.mjs'
import { Server } from './server.mjs'
import { Watchdog } from './watchdog.mjs'

/** Servers that belong together, and their folder. Nothing of it outlives this process, unless it is released. */
export class Service {
  servers = []
  /** The variables by which programs find this service. */
  env = {}
  ports
  folder
  /** Says whether the servers, each of which runs, work together as they should. */
  isReady = () => true
  /** What is left to do when the servers have ended, and their folder is still there. */
  tidyUp = () => {}
  #helpers = new Set()
  #watchdog
  #stopped

  constructor(name, ports) {
    this.ports = ports
    this.folder = createFolder(`coatcheck-${name}-`)
    this.#watchdog = new Watchdog(this.folder)
  }

  /** Of the servers that run. */
  get pids() {
    return this.servers.flatMap((server) => server.pid ?? [])
  }

  /** A server for `start`; the options are those of Server. */
  add(options) {
    const onChange = () => this.#watch()
    const server = new Server({ folder: this.folder, ...options, onChange })
    this.servers.push(server)
    return server
  }

  /** Runs a program that prepares something, to its end. */
  async run(program, args, { isOurs } = {}) {
    const log = join(this.folder, `${basename(program)}.log`)
    const { child, ended } = spawnChild(program, args, { folder: this.folder, log, isOurs })
    this.#helpers.add(child.pid)
    this.#watch()
    child.ref()
    const result = await ended
    this.#helpers.delete(child.pid)
    this.#watch()
    if (result === 0) return
    throw new Error(`${program} failed (${result}):\n${readFileSync(log, 'utf8').slice(-2000)}`)
  }

  async start() {
    await Promise.all(this.servers.map((server) => server.start()))
    if (await until(this.isReady)) return
    throw new Error(`${this.servers[0].log.slice(-2000)}\nThe servers run, but not together`)
  }

  async kill(signal) {
    await Promise.all(this.servers.map((server) => server.kill(signal)))
  }

  async restart() {
    await Promise.all(this.servers.map((server) => server.restart()))
    await this.start()
  }

  pause() {
    for (const server of this.servers) server.pause()
  }

  resume() {
    for (const server of this.servers) server.resume()
  }

  /** Ends everything and removes every file. */
  stop() {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop() {
    await Promise.all(this.servers.map((server) => server.kill(server.endSignal)))
    this.tidyUp()
    await this.#watchdog.close()
  }

  /** All that another process needs to end it. */
  describe() {
    const servers = this.servers.map(({ pid, port, endSignal }) => {
      return { pid, start: startOf(pid), port, endSignal }
    })
    return { env: this.env, folder: this.folder, servers }
  }

  /** From now on it may outlive this process. */
  release() {
    return this.#watchdog.release()
  }

  #watch() {
    const helpers = Array.from(this.#helpers, (pid) => ({ pid, signal: 'SIGKILL' }))
    const running = this.servers.filter(({ pid }) => pid !== undefined)
    this.#watchdog.watch([
      ...helpers,
      ...running.map(({ pid, endSignal }) => ({ pid, signal: endSignal })),
    ])
  }
}

/**
 * Makes a service on so many free ports. `setUp(service)` adds its servers and starts them. If one of the ports was
 * taken meanwhile, all of it is done again on others.
 */
export async function launch(name, { ports, withBus }, setUp) {
  for (let attempt = 1; ; attempt++) {
    const service = new Service(name, await freePorts(ports, { withBus }))
    try {
      await setUp(service)
      return service
    } catch (error) {
      await service.stop()
      if (attempt === 5 || !/address already in use/i.test(error.message)) throw error
    }
  }
}
