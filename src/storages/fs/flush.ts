import type { FileHandle } from 'node:fs/promises'
import { fs, path } from './node.ts'

/**
 * Does something and waits until the disk has these files and folders. They are opened first: what
 * has been done must not fail for want of a file, and so be tried, and done, once more.
 */
export async function flushAfter<T>(targets: string[], action: () => T): Promise<T> {
  const handles: FileHandle[] = []
  try {
    for (const target of targets) handles.push(await fs.promises.open(target, 'r'))
    const result = action()
    for (const handle of handles) await handle.sync()
    return result
  } finally {
    for (const handle of handles) await handle.close()
  }
}

export async function flushIf(durable: boolean, ...targets: string[]): Promise<void> {
  if (durable) for (const target of targets) await flushAfter([target], () => {})
}

/** Waits until the disk knows of this folder, and of those above it, the topmost of which is `first`. */
export function flushMade(folder: string, first: string): void {
  const parent = path.dirname(folder)
  const descriptor = fs.openSync(parent, 'r')
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
  if (folder !== first && parent !== folder) flushMade(parent, first)
}
