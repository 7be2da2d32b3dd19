import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { createFsStore } from 'coatcheck/fs-storage'
import { temporaryFolder } from '../storages/temporary-folder.ts'
import { startWorkers } from '../stress/workers.ts'

/**
 * A file system whose listings hold names only, not what is a folder: network and shared folders are often like that.
 * Node then asks file by file. Undefined where none can be made.
 */
function mountWithoutFileTypes(t: TestContext): string | undefined {
  const folder = temporaryFolder()
  const [image, place] = [path.join(folder, 'image'), path.join(folder, 'place')]
  try {
    writeFileSync(image, '')
    truncateSync(image, 64 * 1024 * 1024)
    execFileSync('mkfs.ext4', ['-q', '-F', '-O', '^filetype', image], { stdio: 'ignore' })
    mkdirSync(place)
    execFileSync('mount', ['-o', 'loop', image, place], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  t.after(() => execFileSync('umount', ['--lazy', place]))
  return place
}

describe('a file system that does not list what is a folder', () => {
  it('P8 loses no session from sight while it is written to', async (t) => {
    const place = mountWithoutFileTypes(t)
    if (place === undefined) return t.skip('needs root, mkfs.ext4 and loop devices')
    const directory = path.join(place, 'sessions')
    const store = createFsStore(directory)
    await store.write('counts', '{}', { replaces: null, expiresAt: Date.now() + 3_600_000 })
    const [reader, ...writers] = await startWorkers(3)
    const reading = reader!.run('read', { directory, name: '', keys: ['counts'], times: 0 })
    const written = await Promise.all(
      writers.map((writer, n) =>
        writer.run('increment', { directory, name: `${n}`, keys: ['counts'], times: 2000 }),
      ),
    )
    const { reads, missing } = await reader!.stop()
    await reading
    assert.ok(reads > 100, `only ${reads} reads`)
    assert.equal(missing, 0)
    assert.deepEqual(
      written.map(({ gone }) => gone),
      [0, 0],
    )
    assert.equal(JSON.parse((await store.read('counts'))!.value).all, 4000)
  })
})
