import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'

const gibibyte = 2 ** 30

/**
 * A folder for all temporary files of all parts (workerd leaves some behind), and away with this process. It is in memory where
 * there is enough: databases wait for the disk with each write, and to make and remove files there takes most of the time of
 * many tests. The tests of files themselves are on the disk.
 */
export function makeScratch() {
  const disk = makeFolder(tmpdir())
  return { memory: makeInMemory() ?? disk, disk }
}

function makeInMemory() {
  const place = '/dev/shm'
  try {
    const { bavail, bsize } = statfsSync(place)
    if (bavail * bsize < 2 * gibibyte || freemem() < 4 * gibibyte) return undefined
    const folder = makeFolder(place)
    // Tests start programs from there, which some systems refuse.
    const program = join(folder, 'program')
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 })
    execFileSync(program)
    return folder
  } catch {
    return undefined
  }
}

function makeFolder(place) {
  const folder = mkdtempSync(join(place, 'coatcheck-test-'))
  // Servers that run as another user pass through, to their own folders.
  chmodSync(folder, 0o711)
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}
