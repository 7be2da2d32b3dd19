import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, it } from 'node:test'
import type { ServerSessionStorage, SessionEvent } from 'coatcheck'
import { createFsSessionStorage } from 'coatcheck/fs-storage'
import { onlyRecord, recordFolders, recordIn, temporaryFolder } from './temporary-folder.ts'

let directory: string
let storage: ServerSessionStorage
let events: SessionEvent[]

function prepare(): void {
  directory = path.join(temporaryFolder(), 'sessions')
  events = []
  storage = createFsSessionStorage(directory, { onEvent: (event) => events.push(event) })
}

const seen = (type: SessionEvent['type']) => events.filter((event) => event.type === type)

async function newSession(values: Record<string, unknown>, userId?: string): Promise<string> {
  const session = await storage.read(null)
  for (const [key, value] of Object.entries(values)) session.set(key, value)
  if (userId !== undefined) session.login(userId)
  return (await storage.save(session)) ?? ''
}

describe('a damaged record', () => {
  beforeEach(prepare)

  const damages: Record<string, (text: string) => string | Uint8Array> = {
    'cut short': (text) => text.slice(0, text.length / 2),
    empty: () => '',
    garbage: () => 'not JSON at all',
    'binary garbage': () => Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) & 0xff),
    'another version': (text) => text.replace('"v":1', '"v":2'),
    'without a deadline': (text) => text.replace(/"x":\d+,?/, ''),
    'with a deadline that is no time': (text) => text.replace(/"i":\d+/, '"i":"never"'),
    'an array': () => '[]',
    null: () => 'null',
    'of another key': (text) => text.replace(/"k":"./, (start) => `${start.slice(0, -1)}~`),
    'with text after its end': (text) => `${text}}`,
    'nested too deeply': () => '['.repeat(100_000),
  }

  for (const [damage, apply] of Object.entries(damages)) {
    it(`${damage} reads as a new session, is reported and stays for inspection`, async () => {
      const cookie = await newSession({ a: 1 })
      const { file } = onlyRecord(directory)
      const damaged = apply(readFileSync(file, 'utf8'))
      writeFileSync(file, damaged)

      const session = await storage.read(cookie)
      assert.equal(session.isNew, true)
      assert.equal(session.get('a'), undefined)
      assert.notEqual(session.id, cookie)
      const expected = [{ handle: cookie.split('.')[0], keys: [] }]
      assert.deepEqual(
        seen('corrupt').map(({ handle, keys }: any) => ({ handle, keys })),
        expected,
      )
      assert.deepEqual(readFileSync(file), Buffer.from(damaged))
    })
  }

  it('reads as a new session too when its file is missing', async () => {
    const cookie = await newSession({ a: 1 })
    rmSync(onlyRecord(directory).file)
    assert.equal((await storage.read(cookie)).isNew, true)
    assert.equal(seen('corrupt').length, 1)
  })

  it('does not fall into the hands of another visitor when two were swapped', async () => {
    const cookies = [await newSession({ who: 'ada' }), await newSession({ who: 'bob' })]
    const [a, b] = recordFolders(directory).map((folder) => recordIn(folder))
    const aside = path.join(directory, 'aside')
    renameSync(a!.version, aside)
    renameSync(b!.version, path.join(a!.folder, path.basename(b!.version)))
    renameSync(aside, path.join(b!.folder, path.basename(a!.version)))

    for (const cookie of cookies) {
      const session = await storage.read(cookie)
      assert.equal(session.isNew, true)
      assert.equal(session.has('who'), false)
    }
    assert.equal(seen('corrupt').length, 2)
  })

  it('is left out of the list of its user', async () => {
    await newSession({}, 'ada')
    writeFileSync(onlyRecord(directory).file, 'garbage')
    assert.deepEqual(await storage.sessionsOf('ada'), [])
  })

  it('that comes up while saving ends the session, it is not overwritten', async () => {
    const cookie = await newSession({ a: 1 })
    const session = await storage.read(cookie)
    const other = await storage.read(cookie)
    other.set('b', 2)
    await storage.save(other)
    writeFileSync(onlyRecord(directory).file, 'garbage')
    session.set('c', 3)
    assert.equal(await storage.save(session), null)
    assert.equal(readFileSync(onlyRecord(directory).file, 'utf8'), 'garbage')
    assert.equal(seen('corrupt').length, 1)
  })
})

describe('something else in place of a record', () => {
  beforeEach(prepare)

  async function isRefused(cookie: string): Promise<void> {
    await assert.rejects(storage.read(cookie), { name: 'StoreError', operation: 'read' })
    assert.equal(seen('store-error').length, 1)
  }

  it('a folder in place of its file is an error', async () => {
    const cookie = await newSession({ a: 1 })
    const { file } = onlyRecord(directory)
    rmSync(file)
    mkdirSync(file)
    await isRefused(cookie)
  })

  it('a symbolic link in place of its file is an error, also to a good record', async () => {
    const cookie = await newSession({ a: 1 })
    const { file } = onlyRecord(directory)
    const elsewhere = path.join(directory, '..', 'elsewhere')
    renameSync(file, elsewhere)
    symlinkSync(elsewhere, file)
    await isRefused(cookie)
  })

  it('a symbolic link in place of its version is not followed', async () => {
    const cookie = await newSession({ a: 1 })
    const { version } = onlyRecord(directory)
    const elsewhere = path.join(directory, '..', 'elsewhere')
    renameSync(version, elsewhere)
    symlinkSync(elsewhere, version)
    const session = await storage.read(cookie).catch(() => undefined)
    assert.equal(session?.get('a'), undefined)
  })

  it('a symbolic link in place of its folder is an error, and deleted it leaves its target', async () => {
    const cookie = await newSession({ a: 1 })
    const { folder } = onlyRecord(directory)
    const elsewhere = path.join(directory, '..', 'elsewhere')
    renameSync(folder, elsewhere)
    symlinkSync(elsewhere, folder)
    await isRefused(cookie)
    await storage.revoke(cookie.split('.')[0]!)
    assert.equal(recordIn(elsewhere).folder, elsewhere)
    assert.equal(existsSync(recordIn(elsewhere).file), true)
  })

  it('a file in place of its folder is an error', async () => {
    const cookie = await newSession({ a: 1 })
    const { folder } = onlyRecord(directory)
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'x')
    await isRefused(cookie)
  })
})
