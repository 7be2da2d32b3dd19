/* Folders that other users of the machine own. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createFsStore } from 'coatcheck/fs-storage'
import { temporaryFolder } from './temporary-folder.ts'

const isRoot = process.getuid?.() === 0
const modeOf = (file: string): number => statSync(file).mode & 0o777

describe('A directory of another user', { skip: !isRoot && 'only root can make one' }, () => {
  for (const mode of [0o700, 0o755, 0o777]) {
    it(`is refused with what to do, and left as it was, at mode ${mode.toString(8)}`, async () => {
      const directory = join(temporaryFolder(), 'volume')
      mkdirSync(directory)
      chmodSync(directory, mode)
      chownSync(directory, 12_345, 12_345)
      assert.throws(() => createFsStore(directory), {
        code: 'ERR_SESSION_CONFIG',
        message: /belongs to another user \(uid 12345.*volume.sessions/s,
      })
      assert.equal(modeOf(directory), mode)
      const store = createFsStore(join(directory, 'sessions'))
      await store.close()
      assert.equal(modeOf(join(directory, 'sessions')), 0o700)
    })
  }
})
