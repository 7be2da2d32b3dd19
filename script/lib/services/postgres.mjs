import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './prepared.mjs'
import { launch } from './service.mjs'

/**
 * A PostgreSQL. `settings` are those of postgresql.conf. Without waiting for the disk:
 * that loses nothing when processes are killed, only when the machine is.
 */
export function startPostgres({ settings = {} } = {}) {
  return launch('postgres', { ports: 1 }, async (service) => {
    const [port] = service.ports
    const data = join(service.folder, 'data')
    const who = ['--username=postgres', '--auth=trust', '--no-locale', '--encoding=UTF8']
    const args = [`--pgdata=${data}`, ...who, '--no-sync', '--no-instructions']
    await prepare(service, data, { program: 'initdb', args })

    const all = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      fsync: 'off',
      full_page_writes: 'off',
      // Not in /dev/shm, where something would stay behind when it is killed.
      dynamic_shared_memory_type: 'mmap',
      ...settings,
    }
    const given = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const { address } = service.add({
      program: 'postgres',
      args: ['-D', data, ...given],
      port,
      isReady: (pid) => isReady(data, pid),
      // Fast shutdown, and immediate shutdown: "SIGTERM" would wait for everybody to hang up.
      stopSignal: 'SIGINT',
      endSignal: 'SIGQUIT',
    })
    service.tidyUp = () => freeMemory(data)
    service.url = `postgres://postgres@${address}/postgres`
    service.env = { POSTGRES_URL: service.url }
    await service.start()
  })
}

const pidFile = (data) => join(data, 'postmaster.pid')

function isReady(data, pid) {
  const lines = readPidFile(data).split('\n')
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}

/** A server that starts takes away the file of one that was killed, at any moment. */
function readPidFile(data) {
  try {
    return readFileSync(pidFile(data), 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return ''
  }
}

/** One that was killed leaves a bit of System V shared memory behind. */
function freeMemory(data) {
  const segment = readPidFile(data).split('\n')[6]?.trim().split(/\s+/)[1]
  if (segment !== undefined) spawnSync('ipcrm', ['-m', segment])
}
