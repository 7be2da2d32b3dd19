import type { Stats } from 'node:fs'
import { byteLength } from '../../core/runtime/bytes.ts'
import { backendError } from '../parts/backend-error.ts'
import { unless, unlessGone } from './file-errors.ts'
import { fs, path } from './node.ts'

/*
 * The file with a record's text. A new file takes the kernel many times longer than what is written into it. So the file
 * of the version before stays beside the one that counts, as a spare, and the next version is written over it
 * (docs/decisions/056-files-of-old-versions-are-written-over.md).
 *
 * Whoever renames the spare has it alone, because a rename needs its source. Who still reads the version that was in it
 * sees afterwards that this version has gone, and reads again.
 */

// Loaded, and not used, also where there are no files.
const flags = fs?.constants
/** Refuses symbolic links, and does not hang on a FIFO. Windows has neither flag. */
const careful = (flags?.O_NOFOLLOW ?? 0) | (flags?.O_NONBLOCK ?? 0)
const readFlags = flags?.O_RDONLY | careful
const overwriteFlags = flags?.O_WRONLY | careful
/** A link in the spare's place would have us write elsewhere. */
const refusesLinks = flags?.O_NOFOLLOW !== undefined
const ownMode = 0o600
const spareName = 'spare'

/** Hashes and versions have nothing that `join` would resolve: looking for it took a tenth of a request. */
export function inside(folder: string, name: string): string {
  return folder + path.sep + name
}

/** The file's text, or undefined if it is not there any more. */
export function readText(file: string): string | undefined {
  const descriptor = unless(['ENOENT'], () => fs.openSync(file, readFlags))
  if (descriptor === undefined) return undefined
  try {
    if (!fs.fstatSync(descriptor).isFile()) throw backendError('a record is not a regular file')
    const text = fs.readFileSync(descriptor, 'utf8')
    // It is written over only after it has lost its name.
    return fs.existsSync(file) ? text : undefined
  } finally {
    fs.closeSync(descriptor)
  }
}

export function writeNew(file: string, text: string): void {
  fs.writeFileSync(file, text, { flag: 'wx', mode: ownMode })
}

/** Writes it over the spare of this folder. False if there is none that is only ours. */
export function writeOverSpare(folder: string, file: string, text: string): boolean {
  const spare = inside(folder, spareName)
  const entry = fs.lstatSync(spare, { throwIfNoEntry: false })
  if (entry === undefined || !isOursAlone(entry)) return false
  if (!unlessGone(() => fs.renameSync(spare, file))) return false
  const descriptor = fs.openSync(file, overwriteFlags)
  try {
    // A writer that was late may have put another one in its place since.
    const taken = fs.fstatSync(descriptor)
    if (!isOursAlone(taken)) {
      fs.unlinkSync(file)
      return false
    }
    fs.writeFileSync(descriptor, text)
    if (taken.size > text.length) fs.ftruncateSync(descriptor, byteLength(text))
  } finally {
    fs.closeSync(descriptor)
  }
  return true
}

/** A backup may hold a link to it, and somebody may have opened it to others. */
function isOursAlone(entry: Stats): boolean {
  return entry.isFile() && entry.nlink === 1 && (entry.mode & 0o777) === ownMode
}

/** The file of the version before is the spare from now on. */
export function setAside(folder: string, file: string): void {
  if (refusesLinks) fs.renameSync(file, inside(folder, spareName))
  else fs.unlinkSync(file)
}

export function dropSpare(folder: string): void {
  fs.rmSync(inside(folder, spareName), { force: true })
}
