import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { play } from './child.ts'

describe('a FIFO', () => {
  let results: any

  // If something waits for the other end, this fails after 20 seconds.
  before(async () => {
    results = await play('fifos')
  })

  it('in place of the directory is refused', () => {
    assert.equal(results.directory, 'SessionError ERR_SESSION_CONFIG')
  })

  for (const part of ['folder', 'version', 'file']) {
    it(`in place of a record’s ${part} is no session, does not stop a sweep, and can be deleted`, () => {
      const { read, sweep, end, left } = results[part]
      if (part !== 'version') assert.match(read, /^StoreError ERR_SESSION_STORE/)
      assert.equal(sweep, 'ok')
      assert.equal(end, 'ok')
      assert.equal(left, 0)
    })

    it(`in place of a record’s ${part} is an error for who writes there`, () => {
      if (part === 'file') return assert.equal(results[part].write, 'ok')
      assert.match(results[part].write, /^StoreError ERR_SESSION_STORE/)
    })
  }

  it('among the lists of users’ sessions is an error or harmless', () => {
    assert.deepEqual(results['owners 3'], { login: 'ok', list: 'ok' })
    for (const depth of [2, 1]) {
      const { login, list } = results[`owners ${depth}`]
      assert.match(login, /^StoreError ERR_SESSION_STORE/)
      assert.match(list, /^StoreError ERR_SESSION_STORE/)
    }
  })
})
