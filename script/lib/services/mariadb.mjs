import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask } from './ask.mjs'
import { writeServerFile } from './folder.mjs'
import { prepare } from './prepared.mjs'
import { launch } from './service.mjs'

/**
 * A MariaDB with a database `coatcheck`; root has no password. `settings` are its options. Without waiting for the disk:
 * that loses nothing when processes are killed, only when the machine is.
 */
export function startMariadb({ settings = {} } = {}) {
  return launch('mariadb', { ports: 1 }, async (service) => {
    const [port] = service.ports
    const inFolder = (name) => join(service.folder, name)
    const data = inFolder('data')
    const args = [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
    ]
    await prepare(service, data, { program: 'mariadb-install-db', args })
    const script = 'CREATE DATABASE IF NOT EXISTS coatcheck;\n'

    const all = {
      datadir: data,
      port,
      'bind-address': '127.0.0.1',
      socket: inFolder('socket'),
      'pid-file': inFolder('pid'),
      'init-file': writeServerFile(service.folder, 'at-start.sql', script),
      'skip-name-resolve': 1,
      'innodb-flush-log-at-trx-commit': 2,
      ...settings,
    }
    const { address } = service.add({
      program: 'mariadbd',
      args: ['--no-defaults', ...Object.entries(all).map(([name, value]) => `--${name}=${value}`)],
      port,
      isReady: (pid) => isReady(inFolder('pid'), pid, port),
    })
    service.url = `mysql://root@${address}/coatcheck`
    service.env = { MYSQL_URL: service.url }
    await service.start()
  })
}

/** The file says that it is this process that has the port, and a greeting that it has started. */
async function isReady(file, pid, port) {
  if (!existsSync(file) || readFileSync(file, 'utf8').trim() !== String(pid)) return false
  return (await ask(port, '', (answer) => answer.length > 0)) !== undefined
}
