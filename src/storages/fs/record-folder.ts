import { backendError } from '../parts/backend-error.ts'
import { codeOf, tidy, unless, unlessGone } from './file-errors.ts'
import { flushAfter, flushIf } from './flush.ts'
import { crypto, fs, path } from './node.ts'
import { dropSpare, inside, readText, setAside, writeNew, writeOverSpare } from './record-file.ts'
import { oncePerProcess } from '../../core/runtime/platform.ts'
import { createRecent } from '../../core/runtime/recent.ts'

/*
 * A record is a folder with one folder in it, which is named after the record's version and holds the
 * record's file:
 *
 *   <directory>/<key's hash>/<version>/<version>
 *
 * To replace version 5 by 6 is: write the file `5/6`, then rename the folder `5` to `6`. A rename
 * needs its source, so of all processes that read version 5 exactly one can do it. That is the whole
 * compare-and-swap: there is no lock, and so none that a process could leave behind when it dies. To
 * delete a record is to rename `<key's hash>` away: whoever still holds version 5 has nothing left to
 * rename.
 *
 * File operations are synchronous, except for waiting on the disk: these are small files in the
 * kernel's cache, and the detour through the thread pool takes many times longer than the work
 * (docs/decisions).
 */

interface Version {
  /** Goes up by one with each write. */
  count: number
  expiresAt: number
  name: string
}

const versionSyntax = /^([0-9a-z]+)-([0-9a-z]+)-[0-9a-f]{16}[0-9a-z]*$/
/** Together with a count of this process's writes it makes names that no process has made before. */
const processMark = oncePerProcess(() => crypto.randomBytes(8).toString('hex'))
const readAttempts = 100
/** Writes after which what was written in vain is looked for. */
const writesPerTidying = 8

let written = 0

function newVersion(count: number, end: number): Version {
  const mark = processMark() + (written++).toString(36)
  const expiresAt = Math.ceil(end)
  return { count, expiresAt, name: `${count.toString(36)}-${expiresAt.toString(36)}-${mark}` }
}

function parseVersion(name: string): Version | undefined {
  const match = versionSyntax.exec(name)
  if (match === null) return undefined
  return { count: parseInt(match[1]!, 36), expiresAt: parseInt(match[2]!, 36), name }
}

/** A name that no key can escape from, and that stays apart on file systems that ignore case. */
export function hashName(text: string): string {
  return crypto.hash?.('sha256', text) ?? crypto.createHash('sha256').update(text).digest('hex')
}

export function isHashName(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name)
}

/** The directory. */
export interface Home {
  readonly root: string
  /** Throws if it is not there any more, or is another one. */
  assertThere(): void
}

/** Where things are made before they are moved into place, and moved before they are removed. */
interface Scratch {
  fresh(): string
  trash(): string
}

/** The records in one directory. */
export class RecordFolders {
  readonly #root: string
  readonly #home: Home
  readonly #scratch: Scratch
  readonly #durable: boolean
  readonly #now: () => number
  /** What keys had last. A folder that is there under the name of a version says that it still is the one. */
  readonly #lastSeen = createRecent<Version>(0)

  constructor(home: Home, scratch: Scratch, durable: boolean, now: () => number) {
    this.#root = home.root
    this.#home = home
    this.#scratch = scratch
    this.#durable = durable
    this.#now = now
  }

  exists(key: string): boolean {
    return fs.lstatSync(this.#folderOf(key), { throwIfNoEntry: false }) !== undefined
  }

  read(key: string): { value: string; version: string } | undefined {
    const folder = this.#folderOf(key)
    for (let attempt = 0, last = ''; attempt < readAttempts; attempt++) {
      const seen = this.#lastSeen.find(key)
      const version = this.#versionIn(folder, seen)
      if (version === undefined || version.expiresAt <= this.#now()) return undefined
      const { name } = version
      const value = readText(inside(inside(folder, name), name))
      if (value !== undefined) {
        if (version !== seen) this.#lastSeen.keep(key, version)
        return { value, version: name }
      }
      // The same version twice and still no file: damaged, which the storage reports.
      if (name === last) return { value: '', version: name }
      last = name
    }
    throw backendError('the record changes faster than it can be read')
  }

  async create(key: string, value: string, expiresAt: number): Promise<string | undefined> {
    this.#assertRoot()
    const fresh = this.#scratch.fresh()
    const version = newVersion(1, expiresAt).name
    const inner = path.join(fresh, version)
    const file = path.join(inner, version)
    try {
      fs.mkdirSync(fresh, { mode: 0o700 })
      fs.mkdirSync(inner, { mode: 0o700 })
      writeNew(file, value)
      await flushIf(this.#durable, file, inner, fresh)
      const moveIn = () => this.#moveIn(fresh, this.#folderOf(key))
      return (await flushAfter(this.#ifDurable(this.#root), moveIn)) ? version : undefined
    } finally {
      tidy(() => discard(fresh))
    }
  }

  async replace(
    key: string,
    value: string,
    replaces: string,
    expiresAt: number,
  ): Promise<string | undefined> {
    const base = parseVersion(replaces)
    if (base === undefined || base.expiresAt <= this.#now()) return undefined
    const folder = this.#folderOf(key)
    const next = newVersion(base.count + 1, expiresAt)
    const version = next.name
    const before = inside(folder, replaces)
    const after = inside(folder, version)
    const file = inside(before, version)
    let replaced = false
    try {
      if (!unlessGone(() => this.#writeText(before, file, value))) return undefined
      await flushIf(this.#durable, file, before).catch(ifGone)
      const rename = () => {
        fs.renameSync(before, after)
        replaced = true
      }
      await flushAfter(this.#ifDurable(folder), rename).catch(ifGone)
    } finally {
      if (!replaced) tidy(() => fs.unlinkSync(file))
    }
    if (!replaced) return undefined
    tidy(() => this.#putAway(after, inside(after, replaces)))
    this.#lastSeen.keep(key, next)
    if (base.count % writesPerTidying === 0) tidy(() => dropLosers(folder, version))
    return version
  }

  async remove(key: string): Promise<void> {
    const trash = this.#scratch.trash()
    if (!unlessGone(() => fs.renameSync(this.#folderOf(key), trash))) this.#assertRoot()
    try {
      // Also if it had gone before: perhaps by an attempt that could not wait for the disk.
      await flushIf(this.#durable, this.#root)
    } finally {
      tidy(() => discard(trash))
    }
  }

  /** Removes a record if it has expired, and what was left in it if not. Says whether it was removed. */
  sweep(name: string): boolean {
    const folder = path.join(this.#root, name)
    const version = this.#versionIn(folder)
    if (version === undefined) {
      tidy(() => fs.rmdirSync(folder))
      return false
    }
    if (version.expiresAt <= this.#now()) return this.#expel(folder, version)
    tidy(() => dropLosers(folder, version.name))
    tidy(() => dropSpare(inside(folder, version.name)))
    return false
  }

  /** Who waits for the disk is not slowed down by new files, and what is overwritten should be on it before. */
  #writeText(folder: string, file: string, text: string): void {
    if (this.#durable || !writeOverSpare(folder, file, text)) writeNew(file, text)
  }

  #putAway(folder: string, file: string): void {
    if (this.#durable) fs.unlinkSync(file)
    else setAside(folder, file)
  }

  #folderOf(key: string): string {
    return inside(this.#root, hashName(key))
  }

  /** Absent records are nothing unusual; an absent directory is a store that failed. */
  #assertRoot(): void {
    this.#home.assertThere()
  }

  #ifDurable(...targets: string[]): string[] {
    return this.#durable ? targets : []
  }

  /** The version that a record has now, which may be the one that it had last. Undefined if there is no record. */
  #versionIn(folder: string, last?: Version): Version | undefined {
    let isEmpty = false
    for (let attempt = 0; attempt < readAttempts; attempt++) {
      const entry = fs.lstatSync(folder, { throwIfNoEntry: false })
      if (entry === undefined) {
        this.#assertRoot()
        return undefined
      }
      if (!entry.isDirectory()) throw backendError('a record is not a folder')
      if (last && fs.existsSync(inside(inside(folder, last.name), last.name))) return last
      // A rename may hide the version from a listing: where names are listed without their types,
      // Node looks at them one by one, too late.
      const children = unless(['ENOENT'], () => fs.readdirSync(folder, { withFileTypes: true }))
      for (const child of children ?? []) {
        const version = child.isDirectory() ? parseVersion(child.name) : undefined
        if (version !== undefined) return version
      }
      isEmpty = children?.length === 0
    }
    if (isEmpty) return undefined
    throw backendError('no version of a record can be found')
  }

  /** Puts a new record in its place, unless there is a live one. */
  #moveIn(fresh: string, folder: string): boolean {
    const move = () =>
      unless(['ENOTEMPTY', 'EEXIST', 'EPERM'], () => (fs.renameSync(fresh, folder), true)) ?? false
    if (move()) return true
    const there = this.#versionIn(folder)
    if (there !== undefined) {
      if (there.expiresAt > this.#now()) return false
      this.#expel(folder, there)
    }
    return move()
  }

  /** Removes a record in this version; one that was written meanwhile stays. */
  #expel(folder: string, { name }: Version): boolean {
    const trash = this.#scratch.trash()
    if (!unlessGone(() => fs.renameSync(path.join(folder, name), trash))) return false
    tidy(() => discard(trash))
    tidy(() => fs.rmdirSync(folder))
    return true
  }
}

/** What others wrote in vain, and what died half-written. A higher count may still be on its way. */
function dropLosers(folder: string, current: string): void {
  const { count } = parseVersion(current)!
  for (const name of fs.readdirSync(path.join(folder, current))) {
    const version = parseVersion(name)
    if (name === current || version === undefined || version.count > count) continue
    tidy(() => fs.unlinkSync(path.join(folder, current, name)))
  }
}

export function discard(target: string): void {
  fs.rmSync(target, { recursive: true, force: true })
}

function ifGone(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}
