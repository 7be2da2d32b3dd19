import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { play } from './child.ts'

const crowded = 'StoreError ERR_SESSION_STORE EMFILE'

describe('a process that has too many files open', () => {
  for (const durable of [false, true]) {
    it(`fails reads and writes, keeps what there was, and can log out${durable ? ' (durable)' : ''}`, async () => {
      const { end, isEnded, ...results } = await play('noFilesLeft', { files: 64, durable })
      assert.deepEqual(results, {
        read: crowded,
        create: crowded,
        write: crowded,
        kept: 2,
        later: 'ok',
        leaked: 0,
        left: 3,
      })
      // To wait for the disk takes a file. The session has ended all the same.
      assert.equal(end, durable ? crowded : 'ok')
      assert.equal(isEnded, true)
    })
  }

  it('waits a little before it gives up', async () => {
    const results = await play('noFilesForAMoment', { files: 64 })
    assert.deepEqual(results, { read: 'ok', create: 'ok' })
  })

  for (const durable of [false, true]) {
    it(`serves 200 requests at once or says that it could not${durable ? ' (durable)' : ''}`, async () => {
      const results = await play('manyAtOnce', { files: 64, durable })
      assert.deepEqual(results, { wrong: [], kinds: [], leaked: 0, left: 0 })
    })
  }

  it('never does an update twice because it could not wait for the disk (P1)', async () => {
    const { save, wasReached, n } = await play('noFilesAfterTheWrite', { files: 64 })
    assert.equal(wasReached, true)
    assert.ok(save === 'ok' || save === crowded, save)
    assert.equal(n, 2)
  })
})
