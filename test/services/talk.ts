import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisCluster, Sentinel, Server, Service } from './index.ts'
import { patience } from '../patience.ts'

/** A service that is stopped after the test. */
export async function using<S extends Service>(
  test: TestContext,
  starting: Promise<S>,
): Promise<S> {
  const service = await starting
  test.after(() => service.stop())
  return service
}

/** What a server says to a text, or undefined if nobody listens, or says nothing for so many seconds. */
export function talk(port: number, text: string, seconds = 10): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const finish = (answer?: string) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(seconds * 1000, finish)
    socket.on('error', () => finish()).on('close', () => finish())
    socket.on('data', (data) => finish(data.toString())).write(`${text}\r\n`)
  })
}

/** For so many seconds a server may be silent, as on a busy machine, before another one takes its place. */
export async function noticeAfter(
  seconds: number,
  service: Sentinel | RedisCluster,
  asked: readonly Server[] = 'sentinels' in service ? service.sentinels : service.servers,
): Promise<void> {
  const setting =
    'sentinels' in service
      ? `SENTINEL SET ${service.name} down-after-milliseconds`
      : 'CONFIG SET cluster-node-timeout'
  const command = `${setting} ${seconds * 1000}`
  for (const { port } of asked) assert.equal(await talk(port, command), '+OK\r\n')
}

/** One in which nobody takes the place of a server that the machine keeps from answering. */
export async function calm<S extends Sentinel | RedisCluster>(starting: Promise<S>): Promise<S> {
  const service = await starting
  await noticeAfter(60, service)
  return service
}

export function postgres(url: string, sql: string): string {
  return query('psql', ['--no-psqlrc', '-qtA', url, '-c', sql])
}

export function mariadb(url: string, sql: string): string {
  const { hostname, port, username, pathname } = new URL(url)
  const where = ['-h', hostname, '-P', port, '-u', username, pathname.slice(1)]
  return query('mariadb', ['--no-defaults', '--protocol=tcp', '-N', ...where, '-e', sql])
}

function query(program: string, args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', timeout: patience }).trim()
}

/**
 * Asks until the answer is yes.
 *
 * @param pause Milliseconds between two questions.
 */
export async function eventually(check: () => unknown, pause = 20): Promise<void> {
  const deadline = performance.now() + patience
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`it never came to be: ${check}`)
    await sleep(pause)
  }
}

/** InnoDB shows the same transactions until nobody has asked for 100 milliseconds: so many and some more. */
export const pauseOfInnodb = 150

/** Those of the processes that have not ended, whether or not anybody has asked how. */
export function stillRunning(pids: number[]): number[] {
  return pids.filter((pid) => {
    const path = `/proc/${pid}/stat`
    try {
      return existsSync(path) && readFileSync(path, 'utf8').split(') ').at(-1)?.[0] !== 'Z'
    } catch {
      return false
    }
  })
}

export function childrenOf(pid: number): number[] {
  const lines = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout
  return lines.split('\n').filter(Boolean).map(Number)
}

/** The processes whose command line or folder has this in it, children of servers included. */
export function processesOf(folder: string): string {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => line.includes(folder)).join('\n')
}
