import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare } from './compare.mjs'

/** Compares what keeps files: they are in a folder that is removed afterwards. */
export async function compareInFolder(comparison, settings) {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-bench-'))
  try {
    return await compare({ ...comparison, context: { folder } }, settings)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
