import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { packed } from '../package/packed.ts'
import { root } from './run.ts'

export interface Manifest {
  name: string
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  engines: Record<string, string>
}

// Within the repository: there the apps find what they import.
const folder = join(root, mkdtempSync('.build/new-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The package as npm packs it, in the folder `package` of a new one, and its command `new`, which is run there. */
export function unpack() {
  execFileSync('tar', ['-xzf', packed().tarball, '-C', folder])
  const program = join(folder, 'package/dist/cli/coatcheck.js')
  return {
    folder,
    make: (...words: string[]) =>
      spawnSync(process.execPath, [program, 'new', ...words], { cwd: folder, encoding: 'utf8' }),
  }
}
