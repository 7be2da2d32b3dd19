import assert from 'node:assert/strict'
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, it } from 'node:test'
import type { ServerSessionStorage } from 'coatcheck'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { temporaryFolder } from './temporary-folder.ts'

/*
 * A volume that was unmounted or a directory that was moved away must not look like "nobody is logged
 * in": every visitor's cookie would be replaced.
 */

let directory: string
let away: string
let storage: ServerSessionStorage
let cookie: string

async function prepare(): Promise<void> {
  const folder = temporaryFolder()
  directory = path.join(folder, 'sessions')
  away = path.join(folder, 'away')
  storage = createFsSessionStorage(directory)
  const session = await storage.read(null)
  session.set('a', 1)
  session.login('ada')
  cookie = (await storage.save(session))!
}

const losses: Record<string, () => void> = {
  removed: () => rmSync(directory, { recursive: true }),
  'moved away': () => renameSync(directory, away),
  'replaced by an empty one': () => {
    renameSync(directory, away)
    mkdirSync(directory)
  },
  'replaced by a file': () => {
    renameSync(directory, away)
    writeFileSync(directory, '')
  },
  'replaced by a symbolic link': () => {
    renameSync(directory, away)
    mkdirSync(`${away}-empty`)
    symlinkSync(`${away}-empty`, directory)
  },
}

const isStoreError = { name: 'StoreError', code: 'ERR_SESSION_STORE' }

for (const [loss, happen] of Object.entries(losses)) {
  describe(`a directory that was ${loss} while it was used`, () => {
    beforeEach(prepare)

    it('fails reads: never an empty session', async () => {
      happen()
      await assert.rejects(storage.read(cookie), isStoreError)
    })

    it('fails the saving of a session that was read before: its cookie is not cleared', async () => {
      const session = await storage.read(cookie)
      session.set('b', 2)
      happen()
      await assert.rejects(storage.save(session), isStoreError)
      await assert.rejects(storage.sessionsOf('ada'), isStoreError)
    })

    it('fails new sessions and logins, and is not made again', async () => {
      const [created, login] = [await storage.read(null), await storage.read(cookie)]
      created.set('b', 2)
      login.login('ada')
      happen()
      const isThere = existsSync(directory)
      await assert.rejects(storage.save(created), isStoreError)
      await assert.rejects(storage.save(login), isStoreError)
      assert.equal(existsSync(directory), isThere)
      await assert.rejects(storage.read(cookie), isStoreError)
    })

    it('fails logging out: it does not claim that it worked', async () => {
      const session = await storage.read(cookie)
      session.destroy()
      happen()
      await assert.rejects(storage.save(session), isStoreError)
      await assert.rejects(storage.revokeAll('ada'), isStoreError)
      await assert.rejects(storage.sessionsOf('ada'), isStoreError)
    })
  })
}

describe('a directory that comes back', () => {
  beforeEach(prepare)

  it('has everything it had', async () => {
    renameSync(directory, away)
    await assert.rejects(storage.read(cookie), isStoreError)
    renameSync(away, directory)
    assert.equal((await storage.read(cookie)).get('a'), 1)
  })

  it('is not waited for: whoever asked meanwhile has been told', async () => {
    renameSync(directory, away)
    const reading = storage.read(cookie)
    renameSync(away, directory)
    await assert.rejects(reading, isStoreError)
  })
})
