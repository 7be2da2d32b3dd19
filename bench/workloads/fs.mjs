import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare } from '../lib/compare.mjs'

/** E. The session is a file, its id in the cookie. */
export async function run(settings) {
  const tables = []
  for (const inFlight of [1, 16]) {
    for (const mode of ['rw', 'ro']) {
      tables.push({ id: `E-1KB-${mode}-${inFlight}`, size: '1KB', mode, inFlight })
    }
  }
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-bench-'))
  try {
    return await compare({ workload: 'fs', title: 'Files', tables, context: { folder } }, settings)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
