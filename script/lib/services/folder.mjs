import { chownSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { serverUser } from './programs.mjs'

/** A fresh folder for temporary files that the user of the servers can reach and owns. */
export function createFolder(name) {
  const isOurs = serverUser().uid === undefined
  return handOver(mkdtempSync(join(isOurs || isOpen(tmpdir()) ? tmpdir() : '/tmp', name)))
}

/** A file that servers can change, in a folder that is made if need be. */
export function writeServerFile(folder, name, text) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(handOver(folder), name), text)
  return handOver(join(folder, name))
}

function handOver(path) {
  const { uid, gid } = serverUser()
  if (uid !== undefined) chownSync(path, uid, gid)
  return path
}

/** Whether other users may pass through: a test run's own TMPDIR is closed to them. */
function isOpen(folder) {
  if ((statSync(folder).mode & 0o001) === 0) return false
  return folder === dirname(folder) || isOpen(dirname(folder))
}
