import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { root } from '../repository.ts'
import { temporaryFolder } from '../storages/temporary-folder.ts'

export interface Packed {
  /** Where it is. */
  tarball: string
  size: number
  files: { path: string }[]
}

/** The package as npm packs it. That takes npm some seconds: in a run of the tests the first who asks leaves it for the others. */
export function packed(): Packed {
  const place = process.env['TEST_PREPARED']
  const folder = place === undefined ? temporaryFolder() : join(place, 'npm-pack')
  if (place === undefined) pack(folder)
  else if (!existsSync(folder)) share(folder)
  const text = readFileSync(join(folder, 'packed.json'), 'utf8')
  const [{ filename, size, files }] = JSON.parse(text) as [Packed & { filename: string }]
  return { tarball: join(folder, filename), size, files }
}

function pack(folder: string): void {
  const options = ['--ignore-scripts', '--json', '--loglevel=error', '--pack-destination', folder]
  writeFileSync(
    join(folder, 'packed.json'),
    execFileSync('npm', ['pack', ...options], { cwd: root }),
  )
}

function share(folder: string): void {
  const own = `${folder}-${process.pid}`
  mkdirSync(own)
  pack(own)
  try {
    renameSync(own, folder)
  } catch {
    // Somebody else was first.
    rmSync(own, { recursive: true })
  }
}
