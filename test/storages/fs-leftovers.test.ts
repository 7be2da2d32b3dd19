import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { createFsSessionStorage, createFsStore } from 'coatcheck/fs-storage'
import { age, contents, onlyRecord, temporaryFolder } from './temporary-folder.ts'

const start = 1_790_000_000_000
const minute = 60_000

/** A store with a clock that is moved by hand. */
function storeWithClock() {
  const directory = temporaryFolder()
  const clock = { time: start }
  const store = createFsStore(directory, { sweepInterval: 0, now: () => clock.time })
  return { directory, clock, store }
}

describe('a sweep of expired records', () => {
  it('removes those that have expired, and says how many', async () => {
    const { directory, clock, store } = storeWithClock()
    for (let n = 1; n <= 5; n++) {
      await store.write(`key-${n}`, 'x', { replaces: null, expiresAt: start + n * minute })
    }
    clock.time = start + 3 * minute
    assert.equal(await store.deleteExpired(), 3)
    assert.equal(contents(directory).length, 2 * 3)
    assert.equal(await store.deleteExpired(), 0)
    assert.equal((await store.read('key-4'))?.value, 'x')
  })

  it('leaves a record whose life was prolonged', async () => {
    const { clock, store } = storeWithClock()
    const version = await store.write('key', 'x', { replaces: null, expiresAt: start + minute })
    await store.write('key', 'y', { replaces: version!, expiresAt: start + 10 * minute })
    clock.time = start + 5 * minute
    assert.equal(await store.deleteExpired(), 0)
    assert.equal((await store.read('key'))?.value, 'y')
  })

  it('is not needed for a record to be over: it reads as absent and cannot be replaced', async () => {
    const { clock, store } = storeWithClock()
    const version = await store.write('key', 'x', { replaces: null, expiresAt: start + minute })
    clock.time = start + minute - 1
    assert.equal((await store.read('key'))?.value, 'x')
    clock.time = start + minute
    assert.equal(await store.read('key'), undefined)
    const options = { replaces: version!, expiresAt: start + 10 * minute }
    assert.equal(await store.write('key', 'y', options), undefined)
    assert.equal(await store.read('key'), undefined)
  })

  it('is not needed for its key to be free again', async () => {
    const { directory, clock, store } = storeWithClock()
    await store.write('key', 'x', { replaces: null, expiresAt: start + minute })
    clock.time = start + minute
    const options = { replaces: null, expiresAt: start + 2 * minute }
    assert.ok(await store.write('key', 'y', options))
    assert.equal((await store.read('key'))?.value, 'y')
    assert.equal(await store.write('key', 'z', options), undefined)
    assert.equal(contents(directory).length, 3)
  })

  it('by a clock that is ahead ends a session; a clock that is behind does not revive it', async () => {
    const directory = temporaryFolder()
    const options = { sweepInterval: 0, idleTimeout: 60 }
    const ahead = createFsSessionStorage(directory, { ...options, now: () => start + 5 * minute })
    const behind = createFsSessionStorage(directory, { ...options, now: () => start })
    const session = await behind.read(null)
    session.set('a', 1)
    const cookie = await behind.save(session)
    const late = await behind.read(cookie)
    assert.equal(await ahead.deleteExpired(), 1)
    late.set('b', 2)
    assert.equal(await behind.save(late), null)
    assert.equal((await behind.read(cookie)).isNew, true)
    assert.deepEqual(contents(directory), [])
  })
})

describe('a sweep of what died half-made', () => {
  it('removes it once it is old', async () => {
    const { directory, store } = storeWithClock()
    for (const name of ['.fresh-0123456789abcdef', '.trash-0123456789abcdef', '.fresh-Xy12zQ']) {
      mkdirSync(path.join(directory, name, 'version'), { recursive: true })
      writeFileSync(path.join(directory, name, 'version', 'version'), 'secret')
      age(path.join(directory, name))
    }
    assert.equal(await store.deleteExpired(), 0)
    assert.deepEqual(contents(directory), [])
  })

  it('leaves it alone while it is young, because its maker may still be at work', async () => {
    const { directory, store } = storeWithClock()
    const young = ['.fresh-0123456789abcdef', '.trash-0123456789abcdef']
    for (const name of young) mkdirSync(path.join(directory, name))
    age(path.join(directory, young[0]!), 5)
    await store.deleteExpired()
    assert.deepEqual(contents(directory), young)
  })

  it('goes by the clock that dates files, not by the one of sessions', async () => {
    const { directory, clock, store } = storeWithClock()
    clock.time = Date.now() + 1000 * minute
    mkdirSync(path.join(directory, '.fresh-0123456789abcdef'))
    await store.deleteExpired()
    assert.equal(contents(directory).length, 1)
  })

  it('removes what others wrote into a record in vain', async () => {
    const { directory, store } = storeWithClock()
    const expiresAt = start + minute
    let version = await store.write('key', 'x', { replaces: null, expiresAt })
    version = await store.write('key', 'y', { replaces: version!, expiresAt })
    const record = onlyRecord(directory)
    writeFileSync(path.join(record.version, '1-mudg11o0-0123456789abcdef'), 'old')
    writeFileSync(path.join(record.version, '2-mudg11o0-0123456789abcdef'), 'lost the race')
    await store.deleteExpired()
    assert.deepEqual(readdirSync(record.version), [version])
    assert.equal((await store.read('key'))?.value, 'y')
  })

  it('leaves what may be on its way to replace the record', async () => {
    const { directory, store } = storeWithClock()
    await store.write('key', 'x', { replaces: null, expiresAt: start + minute })
    const coming = path.join(onlyRecord(directory).version, '2-mudg11o0-0123456789abcdef')
    writeFileSync(coming, 'half')
    await store.deleteExpired()
    assert.equal(existsSync(coming), true)
    assert.equal((await store.read('key'))?.value, 'x')
  })

  it('removes the empty folder of a record that was on its way out', async () => {
    const { directory, store } = storeWithClock()
    await store.write('key', 'x', { replaces: null, expiresAt: start + minute })
    const { folder, version } = onlyRecord(directory)
    rmSync(version, { recursive: true })
    assert.equal(await store.read('key'), undefined)
    assert.equal(await store.deleteExpired(), 0)
    assert.equal(existsSync(folder), false)
  })

  it('goes on when something in its way is not ours, and leaves that alone', async () => {
    const { directory, clock, store } = storeWithClock()
    const options = { replaces: null, expiresAt: start + minute, owner: 'ada' }
    await store.write('key', 'x', options)
    writeFileSync(path.join(directory, 'README'), 'sessions live here')
    writeFileSync(path.join(directory, '.gitignore'), '*')
    mkdirSync(path.join(directory, 'lost+found'))
    mkdirSync(path.join(directory, '0-archive', 'deep'), { recursive: true })
    clock.time = start + minute
    assert.equal(await store.deleteExpired(), 1)
    const others = contents(directory).filter((name) => !name.startsWith('.owners'))
    const foreign = [
      '.gitignore',
      '0-archive',
      path.join('0-archive', 'deep'),
      'README',
      'lost+found',
    ]
    assert.deepEqual(others, foreign)
  })
})

describe('the marks of users', () => {
  const options = { replaces: null, expiresAt: start + minute, owner: 'ada' }

  function markFolder(directory: string): string {
    const owners = path.join(directory, '.owners')
    return path.join(owners, readdirSync(owners)[0]!)
  }

  it('are made before the record is, so that a session is never missing from the list', async () => {
    const { directory, store } = storeWithClock()
    assert.ok(await store.write('key', 'x', options))
    // As if its maker had died before the record was there.
    rmSync(onlyRecord(directory).folder, { recursive: true })
    assert.deepEqual(await store.keysOf('ada'), ['key'])
    assert.equal(await store.read('key'), undefined)
  })

  it('are swept when their record has gone and they are old', async () => {
    const { directory, clock, store } = storeWithClock()
    await store.write('key', 'x', options)
    clock.time = start + minute
    await store.deleteExpired()
    assert.deepEqual(await store.keysOf('ada'), ['key'], 'young: a login may be under way')
    const folder = markFolder(directory)
    for (const mark of readdirSync(folder)) age(path.join(folder, mark))
    await store.deleteExpired()
    assert.deepEqual(await store.keysOf('ada'), [])
    assert.deepEqual(contents(directory), ['.owners'])
  })

  it('stay as long as their record, however old they are', async () => {
    const { directory, store } = storeWithClock()
    await store.write('key', 'x', options)
    const folder = markFolder(directory)
    for (const mark of readdirSync(folder)) age(path.join(folder, mark), 100_000)
    await store.deleteExpired()
    assert.deepEqual(await store.keysOf('ada'), ['key'])
  })

  it('are made again by the next write, should one be missing', async () => {
    const { directory, store } = storeWithClock()
    const version = await store.write('key', 'x', options)
    rmSync(path.join(directory, '.owners'), { recursive: true })
    assert.deepEqual(await store.keysOf('ada'), [])
    await store.write('key', 'y', { ...options, replaces: version! })
    assert.deepEqual(await store.keysOf('ada'), ['key'])
  })

  it('do not tell users apart by anything but their whole id', async () => {
    const { store } = storeWithClock()
    const owners = ['ada', 'Ada', 'ada ', '../ada', 'ada\0', 'a'.repeat(5000)]
    for (const owner of owners) {
      await store.write(`key of ${owner.slice(0, 9)}`, 'x', { ...options, owner })
    }
    for (const owner of owners) {
      assert.deepEqual(await store.keysOf(owner), [`key of ${owner.slice(0, 9)}`])
    }
    assert.deepEqual(await store.keysOf('a'), [])
  })

  it('lie in the way of no sweep when something there is not ours', async () => {
    const { directory, clock, store } = storeWithClock()
    await store.write('key', 'x', options)
    const folder = markFolder(directory)
    for (const mark of readdirSync(folder)) age(path.join(folder, mark))
    writeFileSync(path.join(directory, '.owners', '.DS_Store'), '')
    writeFileSync(path.join(directory, '.owners', 'zzz'), '')
    clock.time = start + minute
    assert.equal(await store.deleteExpired(), 1)
    assert.deepEqual(await store.keysOf('ada'), [])
  })
})
