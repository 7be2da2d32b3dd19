import { existsSync, promises, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { plainCodec } from '../../core/record/codec.ts'
import { decodeRecord } from '../../core/record/record.ts'
import { createFsStore } from '../../storages/fs.ts'
import { UsageError } from '../command.ts'
import type { Finding } from './finding.ts'
import type { OpenedStore } from './open.ts'

/** A folder of the fs storage. It is not made: a folder that is not there was named wrongly. */
export async function openFolder(path: string): Promise<OpenedStore> {
  const root = resolve(path)
  if (path === '' || !existsSync(root)) throw new UsageError(`There is no folder ${root}`)
  // The storage would close it to others: it is looked at as it was found.
  const mode = statSync(root).mode & 0o777
  const store = createFsStore(root, { sweepInterval: 0 })

  /** Folders are named by hashes. What a record's key is, it says itself. */
  async function* keys(): AsyncGenerator<string> {
    for await (const { name } of await promises.opendir(root)) {
      if (!/^[0-9a-f]{64}$/.test(name)) continue
      const key = await keyIn(join(root, name))
      if (key !== undefined) yield key
    }
  }

  async function findings(): Promise<Finding[]> {
    const isShared = (mode & 0o077) !== 0
    const isTemporary = `${root}${sep}`.startsWith(`${resolve(tmpdir())}${sep}`)
    return [
      isShared
        ? {
            level: 'wrong',
            says: `Other users of the machine could read the folder (mode 0${mode.toString(8)}). It was closed to them now.`,
            advice: 'Find out who opened it: the app makes it with mode 0700.',
          }
        : { level: 'ok', says: 'Only its owner can read the folder.' },
      isTemporary
        ? {
            level: 'wrong',
            says: 'The folder is among temporary files, which systems delete.',
            advice: 'Keep sessions in a folder of the app, such as /var/lib/<app>/sessions.',
          }
        : { level: 'ok', says: 'The folder is not among temporary files.' },
    ]
  }

  return { kind: 'The fs storage', store, keys, findings, close: () => store.close() }
}

/** The record may be replaced or removed meanwhile: then it is left out. */
async function keyIn(folder: string): Promise<string | undefined> {
  try {
    const [version] = await promises.readdir(folder)
    if (version === undefined) return undefined
    const text = await promises.readFile(join(folder, version, version), 'utf8')
    return decodeRecord(text, plainCodec)?.handle
  } catch {
    return undefined
  }
}
