import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { describe, it } from 'node:test'
import { createFsSessionStorage, createFsStore } from 'coatcheck/fs-storage'
import { contents, leftovers, recordFolders, temporaryFolder } from './temporary-folder.ts'

const later = () => Date.now() + 3_600_000

describe('a session in a directory', () => {
  it('is there again for another storage on the same directory', async () => {
    const directory = temporaryFolder()
    const first = createFsSessionStorage<{ cart: string[] }>(directory)
    const session = await first.read(null)
    session.set('cart', ['tea', 'jam'])
    const cookie = await first.save(session)
    await first.close()

    const second = createFsSessionStorage<{ cart: string[] }>(directory)
    assert.deepEqual((await second.read(cookie)).get('cart'), ['tea', 'jam'])
    await second.close()
  })

  it('keeps what two requests at once have changed', async () => {
    const storage = createFsSessionStorage(temporaryFolder())
    const session = await storage.read(null)
    session.set('n', 0)
    const cookie = await storage.save(session)

    const [a, b] = await Promise.all([storage.read(cookie), storage.read(cookie)])
    a.set('a', 1)
    a.update('n', (n) => Number(n) + 1)
    b.set('b', 2)
    b.update('n', (n) => Number(n) + 1)
    await Promise.all([storage.save(a), storage.save(b)])
    assert.deepEqual((await storage.read(cookie)).data[0], { n: 2, a: 1, b: 2 })
  })

  it('leaves nothing behind when it is destroyed', async () => {
    const directory = temporaryFolder()
    const storage = createFsSessionStorage(directory)
    const session = await storage.read(null)
    session.set('a', 1)
    const cookie = await storage.save(session)
    const again = await storage.read(cookie)
    again.destroy()
    assert.equal(await storage.save(again), '')

    assert.equal((await storage.read(cookie)).isNew, true)
    assert.deepEqual(contents(directory), [])
  })

  it('waits for the disk when it is to be durable', async () => {
    const directory = temporaryFolder()
    const storage = createFsSessionStorage(directory, { durable: true })
    const session = await storage.read(null)
    session.set('n', 1)
    const cookie = await storage.save(session)
    const again = await storage.read(cookie)
    again.update('n', (n) => Number(n) + 1)
    await storage.save(again)

    const last = await storage.read(cookie)
    assert.equal(last.get('n'), 2)
    last.destroy()
    await storage.save(last)
    assert.deepEqual(contents(directory), [])
  })
})

describe('the directory', () => {
  it('is made, with those above it', async () => {
    const directory = path.join(temporaryFolder(), 'var', 'sessions')
    const storage = createFsSessionStorage(directory)
    const session = await storage.read(null)
    session.set('a', 1)
    await storage.save(session)
    assert.equal(recordFolders(directory).length, 1)
  })

  it('is the same wherever the process goes afterwards', async () => {
    const [home, elsewhere] = [temporaryFolder(), temporaryFolder()]
    const before = process.cwd()
    process.chdir(home)
    try {
      const store = createFsStore('sessions')
      process.chdir(elsewhere)
      await store.write('key', 'value', { replaces: null, expiresAt: later() })
    } finally {
      process.chdir(before)
    }
    assert.equal(recordFolders(path.join(home, 'sessions')).length, 1)
  })

  it('is closed to others, also when it was there and open', () => {
    const directory = temporaryFolder()
    chmodSync(directory, 0o755)
    createFsStore(directory)
    assert.equal(statSync(directory).mode & 0o777, 0o700)
  })

  it('may not be a symbolic link or a file', () => {
    const folder = temporaryFolder()
    const [link, file] = [path.join(folder, 'link'), path.join(folder, 'file')]
    symlinkSync(temporaryFolder(), link)
    writeFileSync(file, '')
    for (const directory of [link, file, path.join(file, 'below')]) {
      assert.throws(() => createFsStore(directory), { code: 'ERR_SESSION_CONFIG' })
    }
  })

  it('must be named', () => {
    for (const directory of ['', undefined, null, 7] as any[]) {
      assert.throws(() => createFsStore(directory), { code: 'ERR_SESSION_CONFIG' })
    }
  })

  it('holds nothing after a store was made on it and not used', () => {
    const directory = temporaryFolder()
    createFsStore(directory)
    assert.deepEqual(contents(directory), [])
  })
})

describe('options', () => {
  for (const sweepInterval of [-1, 0.5, 86_401, NaN, '60' as any]) {
    it(`refuse sweepInterval: ${String(sweepInterval)}`, () => {
      const make = () => createFsStore(temporaryFolder(), { sweepInterval })
      assert.throws(make, { code: 'ERR_SESSION_CONFIG' })
    })
  }

  it('take every whole sweepInterval up to a day, and 0 for none', async () => {
    for (const sweepInterval of [0, 1, 86_400]) {
      const store = createFsStore(temporaryFolder(), { sweepInterval })
      await store.close()
      await store.close()
    }
  })
})

describe('keys', () => {
  const odd = ['../up', '..', '.', '/', 'a/b', 'a\\b', '%2e%2e', 'nul\0byte', 'CON', 'aux.json', '']
  odd.push('.trash-1', '.owners', '__proto__', 'ключ', 'x'.repeat(10_000), '\ud800')

  it('become names of their own in the directory, whatever they are', async () => {
    const parent = temporaryFolder()
    const directory = path.join(parent, 'sessions')
    mkdirSync(directory)
    const store = createFsStore(directory)
    for (const key of odd) {
      await store.write(key, `of ${key}`, { replaces: null, expiresAt: later() })
    }
    for (const key of odd) {
      const { value } = (await store.read(key))!
      assert.equal(value, `of ${key}`.replace('\ud800', '\ufffd'))
    }

    assert.deepEqual(
      contents(parent).filter((name) => !name.startsWith('sessions')),
      [],
    )
    const folders = recordFolders(directory).map((folder) => path.basename(folder))
    assert.equal(folders.length, odd.length)
    assert.deepEqual(
      folders.filter((name) => !/^[0-9a-f]{64}$/.test(name)),
      [],
    )

    for (const key of odd) await store.delete(key)
    assert.deepEqual(contents(directory), [])
  })

  it('stay apart where the file system ignores case', async () => {
    const directory = temporaryFolder()
    const store = createFsStore(directory)
    const keys = ['abcdefghijklmnopqrstuv', 'ABCDEFGHIJKLMNOPQRSTUV', 'Abcdefghijklmnopqrstuv']
    for (const key of keys) {
      await store.write(key, key, { replaces: null, expiresAt: later(), owner: `u-${key}` })
    }
    for (const key of keys) {
      assert.equal((await store.read(key))?.value, key)
      assert.deepEqual(await store.keysOf(`u-${key}`), [key])
    }
    const names = contents(directory)
    assert.deepEqual(
      names,
      names.map((name) => name.toLowerCase()),
    )
    assert.equal(recordFolders(directory).length, keys.length)
  })
})

describe('versions', () => {
  it('are never accepted unless they are the ones that were handed out', async () => {
    const directory = temporaryFolder()
    const store = createFsStore(directory)
    const expiresAt = later()
    const version = await store.write('key', 'old', { replaces: null, expiresAt })
    const foreign = [
      '',
      '.',
      '..',
      '../x',
      `../${version}`,
      `${version}/`,
      `${version}\0`,
      'x'.repeat(300),
    ]
    for (const replaces of foreign) {
      assert.equal(await store.write('key', 'new', { replaces, expiresAt }), undefined, replaces)
    }
    assert.deepEqual(await store.read('key'), { value: 'old', version })
    assert.equal(contents(directory).length, 3)
  })

  it('of a record that was deleted and made again are other ones', async () => {
    const store = createFsStore(temporaryFolder())
    const expiresAt = later()
    const old = await store.write('key', 'one', { replaces: null, expiresAt })
    await store.delete('key')
    await store.write('key', 'two', { replaces: null, expiresAt })
    assert.equal(await store.write('key', 'three', { replaces: old!, expiresAt }), undefined)
    assert.equal((await store.read('key'))?.value, 'two')
  })

  it('leave few files behind when others wrote in vain, and one after a sweep', async () => {
    const directory = temporaryFolder()
    const store = createFsStore(directory)
    const expiresAt = later()
    let version = await store.write('key', '0', { replaces: null, expiresAt })
    for (let n = 1; n <= 20; n++) {
      const [won, ...lost] = await Promise.all(
        [1, 2, 3].map(() => store.write('key', String(n), { replaces: version!, expiresAt })),
      )
      assert.deepEqual(lost, [undefined, undefined])
      version = won
    }
    assert.deepEqual(leftovers(directory), [])
    assert.ok(contents(directory).length <= 3 + 2 * 8)
    await store.deleteExpired()
    assert.equal(contents(directory).length, 3)
    assert.equal((await store.read('key'))?.value, '20')
  })
})

describe('a directory that others use', () => {
  it('is refused and left as it is', () => {
    const directory = temporaryFolder()
    chmodSync(directory, 0o1777)
    writeFileSync(path.join(directory, 'of-somebody-else'), '')
    assert.throws(() => createFsStore(directory), { code: 'ERR_SESSION_CONFIG' })
    assert.equal(statSync(directory).mode & 0o7777, 0o1777)
  })
})
