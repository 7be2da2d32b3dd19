import assert from 'node:assert/strict'
import fs, {
  chmodSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { beforeEach, describe, it } from 'node:test'
import { createFsStore } from 'coatcheck/fs-storage'
import { contents, onlyRecord, temporaryFolder } from './temporary-folder.ts'

const options = { sweepInterval: 0 }
const expiresAt = Date.now() + 3_600_000

let directory: string
let store: ReturnType<typeof createFsStore>
let version: string

/** Replaces the record. */
async function write(value: string, through = store): Promise<void> {
  const written = await through.write('key', value, { replaces: version, expiresAt })
  assert.ok(written, 'somebody else was first')
  version = written
}

/** Puts this file in the spare's place when a write has looked at the spare, as a writer does that is late. */
async function putInPlace(late: string, during: () => Promise<void>): Promise<void> {
  const place = spare()
  let isLate = true
  fs.renameSync = (from, to) => {
    if (isLate && from === place) renameSync(late, place)
    if (from === place) isLate = false
    renameSync(from, to)
  }
  try {
    await during()
  } finally {
    fs.renameSync = renameSync
  }
  assert.equal(isLate, false)
}

const spare = (): string => path.join(onlyRecord(directory).version, 'spare')
const value = async (): Promise<string | undefined> => (await store.read('key'))?.value

describe('the file of the version before', { skip: process.platform === 'win32' }, () => {
  beforeEach(async () => {
    directory = temporaryFolder()
    store = createFsStore(directory, options)
    version = (await store.write('key', 'the first', { replaces: null, expiresAt }))!
    await write('the second, which is longer')
  })

  it('is written over, with nothing left of a longer text', async () => {
    assert.equal(readFileSync(spare(), 'utf8'), 'the first')
    await write('the third')
    assert.equal(readFileSync(spare(), 'utf8'), 'the second, which is longer')
    await write('4th')
    assert.equal(readFileSync(spare(), 'utf8'), 'the third')
    assert.equal(await value(), '4th')
    assert.equal(contents(directory).length, 4)
  })

  it('is written over, with nothing left of a longer one that a late writer put in its place', async () => {
    const late = path.join(temporaryFolder(), 'late')
    writeFileSync(late, 'set aside by a writer that was late', { mode: 0o600 })
    await putInPlace(late, () => write('the third'))
    assert.equal(await value(), 'the third')
  })

  it('is left alone where a late writer has put one in its place that a backup has a link to', async () => {
    const late = path.join(temporaryFolder(), 'late')
    writeFileSync(late, 'set aside by a writer that was late', { mode: 0o600 })
    const backup = path.join(temporaryFolder(), 'backup')
    linkSync(late, backup)
    await putInPlace(late, () => write('the third'))
    assert.equal(readFileSync(backup, 'utf8'), 'set aside by a writer that was late')
    assert.equal(await value(), 'the third')
  })

  it('goes with the next sweep', async () => {
    assert.equal(await store.deleteExpired(), 0)
    assert.equal(contents(directory).length, 3)
    await write('the third')
    assert.equal(await value(), 'the third')
  })

  it('goes with the record', async () => {
    await store.delete('key')
    assert.deepEqual(contents(directory), [])
  })

  it('is not kept where writes wait for the disk, nor written over there', async () => {
    const durable = createFsStore(directory, { ...options, durable: true })
    await write('the third', durable)
    assert.equal(readFileSync(spare(), 'utf8'), 'the first')
    await durable.deleteExpired()
    await write('the fourth', durable)
    assert.equal(contents(directory).length, 3)
  })

  it('is left alone where a symbolic link is in its place', async () => {
    const other = path.join(temporaryFolder(), 'other')
    writeFileSync(other, 'of somebody else', { mode: 0o600 })
    rmSync(spare())
    symlinkSync(other, spare())
    await write('the third')
    assert.equal(readFileSync(other, 'utf8'), 'of somebody else')
    assert.equal(await value(), 'the third')
  })

  it('is left alone where a backup has a link to it', async () => {
    const backup = path.join(temporaryFolder(), 'backup')
    linkSync(spare(), backup)
    await write('the third')
    assert.equal(readFileSync(backup, 'utf8'), 'the first')
    assert.equal(await value(), 'the third')
  })

  it('is left alone where others may read it', async () => {
    chmodSync(spare(), 0o644)
    await write('the third')
    assert.equal(statSync(onlyRecord(directory).file).mode & 0o777, 0o600)
  })
})

describe('a record that was read before', () => {
  beforeEach(async () => {
    directory = temporaryFolder()
    store = createFsStore(directory, options)
    version = (await store.write('key', 'the first', { replaces: null, expiresAt }))!
    for (let n = 0; n < 3; n++) assert.equal(await value(), 'the first')
  })

  it('is read anew when another process has written it', async () => {
    await write('the second', createFsStore(directory, options))
    assert.equal(await value(), 'the second')
    await createFsStore(directory, options).delete('key')
    assert.equal(await value(), undefined)
  })

  it('is refused once its folder is a symbolic link', async () => {
    const { folder } = onlyRecord(directory)
    const elsewhere = path.join(temporaryFolder(), 'elsewhere')
    renameSync(folder, elsewhere)
    symlinkSync(elsewhere, folder)
    await assert.rejects(store.read('key'), /not a folder/)
  })
})
