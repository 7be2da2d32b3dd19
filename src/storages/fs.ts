import type { Stats } from 'node:fs'
import { configError } from '../core/errors.ts'
import { type OptionKinds, readOptions, splitOptions } from '../core/options.ts'
import { seconds } from '../core/record/lifetime.ts'
import type { FlashOf, SessionData, UntypedData } from '../core/session/session.ts'
import {
  createSessionStorage,
  type ServerSessionStorage,
} from '../core/life-cycle/session-storage.ts'
import type { ClosableStore, IndexedStore, SweepableStore } from '../core/store/session-store.ts'
import { storageKinds, type SessionStorageOptions } from '../core/life-cycle/storage-options.ts'
import { backendError } from './parts/backend-error.ts'
import { codeOf, tidy, whenFilesAllow } from './fs/file-errors.ts'
import { flushMade } from './fs/flush.ts'
import { assertFiles, crypto, fs, path } from './fs/node.ts'
import { OwnerMarks } from './fs/owner-marks.ts'
import { discard, type Home, isHashName, RecordFolders } from './fs/record-folder.ts'
import { systemTime, unref } from '../core/runtime/time.ts'

export type * from '../core/life-cycle/storage-types.ts'

export interface FsStoreOptions {
  /**
   * Whether a write waits until the disk has it, so that it outlives a power failure. Without, it
   * outlives the process but not the machine. Default `false`.
   */
  durable?: boolean | undefined
  /** Seconds between sweeps of expired records: 1 to 86,400, or 0 for none. Default 600. */
  sweepInterval?: number | undefined
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
}

const kinds: OptionKinds<FsStoreOptions> = {
  durable: 'boolean',
  sweepInterval: 'number',
  now: 'function',
}

const trashPrefix = '.trash-'
const freshPrefix = '.fresh-'
const ownersName = '.owners'
/** What is half-made for longer than this, in milliseconds, was left by a process that died. */
const abandonedAfter = 600_000

/** Makes the directory ours alone, or says at once what is wrong with it. */
function prepare(directory: string, durable: boolean): Home {
  if (typeof directory !== 'string' || directory === '') {
    throw configError('The fs storage needs a directory, such as "./sessions"')
  }
  const root = path.resolve(directory)
  try {
    const made = fs.mkdirSync(root, { recursive: true, mode: 0o700 })
    if (durable && made !== undefined) flushMade(root, made)
    const entry = fs.lstatSync(root)
    if (!entry.isDirectory()) throw new Error('it is a symbolic link')
    assertOwn(root, entry)
    if ((entry.mode & 0o077) !== 0) close(root)
    return { root, assertThere: () => assertSame(root, entry) }
  } catch (error) {
    throw configError(`Sessions cannot be kept in "${directory}": ${(error as Error).message}`)
  }
}

/**
 * Whoever owns the directory may read and replace what is in it, whatever its mode. What we make there shows as whom
 * this process runs, also where it may not ask.
 */
function assertOwn(root: string, { uid }: Stats): void {
  const ours = makeOne(root)
  if (uid === ours) return
  throw new Error(
    `it belongs to another user (uid ${uid}, and this process is ${ours}). Name a directory inside of it, which ` +
      `is then made for this process, such as "${path.join(root, 'sessions')}"; or change its owner`,
  )
}

function makeOne(root: string): number {
  try {
    const made = fs.mkdtempSync(path.join(root, freshPrefix))
    const { uid } = fs.lstatSync(made)
    fs.rmdirSync(made)
    return uid
  } catch (error) {
    throw new Error(
      `the user of this process cannot make files in it (${codeOf(error)}). Name a directory that this user owns`,
      { cause: error },
    )
  }
}

/** Closes the directory to other users of the machine, unless it is theirs as well. */
function close(root: string): void {
  if (!fs.readdirSync(root).every(isOurs)) {
    throw new Error('others may use it, and keep things in it: name a directory of its own')
  }
  fs.chmodSync(root, 0o700)
}

function isOurs(name: string): boolean {
  return (
    isHashName(name) ||
    name === ownersName ||
    name.startsWith(freshPrefix) ||
    name.startsWith(trashPrefix)
  )
}

/** A directory that was removed or replaced, as by unmounting, is a store that failed. */
function assertSame(root: string, { dev, ino }: Stats): void {
  const entry = fs.lstatSync(root)
  if (entry.dev !== dev || entry.ino !== ino) throw backendError('the directory was replaced')
}

/** By the machine's clock, which is the one that dates files. */
function isAbandoned(target: string): boolean {
  const entry = fs.lstatSync(target, { throwIfNoEntry: false })
  return entry !== undefined && Date.now() - entry.mtimeMs > abandonedAfter
}

/**
 * Keeps records as files under a directory, for any number of processes on one machine: never torn,
 * and whole again after a process was killed. Three inodes a record, and one more for each session of
 * a user. Between its second write and the next sweep a record has a fourth, which holds the version before.
 *
 * @param directory Made if need be, and closed to other users of the machine.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the directory cannot be used or an option is wrong.
 */
export function createFsStore(
  directory: string,
  options?: FsStoreOptions,
): IndexedStore & SweepableStore & ClosableStore {
  const own = readOptions('createFsStore()', options, kinds)
  assertFiles()
  const { durable = false, sweepInterval = 600, now = systemTime } = own
  seconds('sweepInterval', sweepInterval, [0, 86_400])
  const home = prepare(directory, durable)
  const { root } = home
  const scratch = (prefix: string) =>
    path.join(root, prefix + crypto.randomBytes(8).toString('hex'))
  const owners = new OwnerMarks(path.join(root, ownersName), home, durable)
  const records = new RecordFolders(
    home,
    { fresh: () => scratch(freshPrefix), trash: () => scratch(trashPrefix) },
    durable,
    now,
  )

  function sweep(name: string): boolean {
    if (isHashName(name)) return records.sweep(name)
    const place = path.join(root, name)
    const isLeft = name.startsWith(trashPrefix) || name.startsWith(freshPrefix)
    if (isLeft && isAbandoned(place)) discard(place)
    return false
  }

  async function deleteExpired(): Promise<number> {
    let deleted = 0
    for await (const { name } of await fs.promises.opendir(root)) {
      tidy(() => {
        if (sweep(name)) deleted++
      })
    }
    await owners.sweep((mark, key) => !records.exists(key) && isAbandoned(mark))
    return deleted
  }

  /** A sweep that fails is followed by another one. */
  function sweepQuietly(): void {
    deleteExpired().catch(() => {})
  }
  const timer = sweepInterval === 0 ? undefined : setInterval(sweepQuietly, sweepInterval * 1000)
  unref(timer)

  return {
    read: (key) => whenFilesAllow(() => records.read(key)),
    write: (key, value, { replaces, expiresAt, owner }) =>
      whenFilesAllow(async () => {
        if (owner !== undefined) await owners.add(owner, key)
        return replaces === null
          ? records.create(key, value, expiresAt)
          : records.replace(key, value, replaces, expiresAt)
      }),
    delete: (key) => whenFilesAllow(() => records.remove(key)),
    keysOf: (owner) => whenFilesAllow(() => owners.keysOf(owner)),
    deleteExpired,
    async close() {
      clearInterval(timer)
    },
  }
}

/**
 * Keeps sessions as files under a directory, for any number of processes on one machine.
 *
 * @param directory Made for it if need be, mode 0700.
 * @throws {SessionError} `ERR_SESSION_CONFIG` if the directory cannot be used or an option is wrong.
 */
export function createFsSessionStorage<
  Data extends SessionData = UntypedData,
  Flash extends SessionData = Data,
  Schema = unknown,
>(
  directory: string,
  options?: SessionStorageOptions<Data, Schema> & FsStoreOptions,
): ServerSessionStorage<Data, FlashOf<Flash, Schema>> {
  const [own, ofStore] = splitOptions<SessionStorageOptions<Data>, FsStoreOptions>(
    'createFsSessionStorage()',
    options,
    [storageKinds, kinds],
  )
  return createSessionStorage<Data, FlashOf<Flash, Schema>>(createFsStore(directory, ofStore), own)
}
