import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { play } from './child.ts'

const denied = 'StoreError ERR_SESSION_STORE EACCES'

describe('a directory that may not be written to', () => {
  it('lets sessions be read, and fails loudly when they are made or ended', async () => {
    const { left, ...results } = await play('directoryIsReadOnly', { obeysModes: true })
    assert.deepEqual(results, {
      read: 1,
      create: denied,
      login: denied,
      end: denied,
      revokeAll: denied.replace('Store', 'Revoke'),
      startUp: 'SessionError ERR_SESSION_CONFIG',
      // Its own folder may be written to, so it has ended all the same.
      later: 'ok',
    })
    assert.deepEqual(left, [])
  })
})

describe('a directory that may not be entered', () => {
  it('fails everything, and nothing is lost', async () => {
    assert.deepEqual(await play('directoryIsClosed', { obeysModes: true }), {
      read: denied,
      write: denied,
      create: denied,
      revoke: denied,
      list: denied,
      sweep: denied,
      later: 1,
      left: 3,
    })
  })
})

describe('a record that may not be written to or read', () => {
  it('is an error, stays whole, and gets no company', async () => {
    assert.deepEqual(await play('recordIsClosed', { obeysModes: true }), {
      'folder 500': ['ok', denied, 1, 3],
      'folder 0': [denied, denied, 1, 3],
      'version 500': ['ok', denied, 1, 3],
      'version 0': [denied, denied, 1, 3],
      // Each version is another file, and one that is closed is not written over.
      'file 500': ['ok', 'ok', 2, 4],
      'file 0': [denied, denied, 1, 3],
    })
  })
})

describe('lists of sessions that may not be read', () => {
  it('fail "log out everywhere" loudly, and logins that would be missing from them', async () => {
    assert.deepEqual(await play('ownersAreClosed', { obeysModes: true }), {
      login: denied,
      revokeAll: denied,
      list: denied,
      sessions: 1,
    })
  })
})

describe('what is written', () => {
  it('is for its owner only, even if the process would share everything', async () => {
    const { folders, files, count } = await play('withOpenUmask')
    assert.deepEqual(folders, ['700'])
    assert.deepEqual(files, ['600'])
    assert.equal(count, 4)
  })
})
