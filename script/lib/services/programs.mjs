import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const packages = {
  'redis-server': 'redis-server',
  memcached: 'memcached',
  initdb: 'postgresql',
  postgres: 'postgresql',
  mariadbd: 'mariadb-server',
  'mariadb-install-db': 'mariadb-server',
}

/** Where a program is, also when it is in a folder that only administrators have in their PATH. */
export function findProgram(name) {
  const folders = [
    // Of several versions of PostgreSQL the newest.
    ...postgresFolders(),
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
  ]
  const path = folders.map((folder) => join(folder, name)).find(isExecutable)
  if (path !== undefined) return path
  const install = `apt-get install --no-install-recommends ${packages[name]}`
  throw new Error(`${name} is not installed. On Debian, as root: ${install}`)
}

function postgresFolders() {
  const parent = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(parent).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(parent, version, 'bin'))
  } catch {
    return []
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

let user

/** `{ uid, gid }` that servers run as: for root it is nobody, as most of them refuse to be root. */
export function serverUser() {
  if (process.getuid?.() !== 0) return {}
  user ??= { uid: idOf('-u'), gid: idOf('-g') }
  return user
}

function idOf(option) {
  return Number(execFileSync('id', [option, 'nobody'], { encoding: 'utf8' }))
}
