import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

const made: string[] = []

/** A folder of its own, and away with the process. */
export function temporaryFolder(): string {
  if (made.length === 0) process.once('exit', removeAll)
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-fs-'))
  made.push(folder)
  return folder
}

function removeAll(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** What is under a folder, by paths from there, sorted. */
export function contents(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort()
}

/** The folders of the records in a directory. */
export function recordFolders(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .map((name) => path.join(directory, name))
}

/** The folder of a directory's only record, of its version, and its file. */
export function onlyRecord(directory: string): { folder: string; version: string; file: string } {
  const [folder, ...others] = recordFolders(directory)
  if (folder === undefined || others.length > 0) throw new Error('not exactly one record')
  return recordIn(folder)
}

export function recordIn(folder: string): { folder: string; version: string; file: string } {
  const [name, ...others] = readdirSync(folder)
  if (name === undefined || others.length > 0) throw new Error('not exactly one version')
  const version = path.join(folder, name)
  return { folder, version, file: path.join(version, name) }
}

/** What is neither a record nor a user's mark: half-made or half-removed things. */
export function leftovers(directory: string): string[] {
  return readdirSync(directory).filter((name) => /^\.(trash|fresh)-/.test(name))
}

/** Makes a file or folder look as if it had been left alone for this many minutes. */
export function age(target: string, minutes = 60): void {
  const then = Date.now() / 1000 - minutes * 60
  if (existsSync(target)) utimesSync(target, then, then)
}
