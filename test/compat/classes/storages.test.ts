import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { createCookie as createRemixCookie } from '@remix-run/cookie'
import {
  createSessionStorage,
  StoreError,
  type SessionEvent,
  type SessionStorageOptions,
  type SessionStore,
} from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import {
  CookieSessionStorage,
  FileSessionStorage,
  MemorySessionStorage,
  type SecretCookie,
  Session,
  toClassesStorage,
} from 'coatcheck/compat/classes'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import { createRevocations } from 'coatcheck/revocations'
import { fakeClock } from 'coatcheck/testing'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import { begin, cookie, secret } from './class-storages.ts'

describe('Cookie storage in classes', () => {
  it('refuses to be made without a cookie that has secrets', () => {
    const Loose = CookieSessionStorage as new (cookie?: SecretCookie) => CookieSessionStorage
    for (const unsafe of [undefined, createCookie('session'), createRemixCookie('session')]) {
      assert.throws(() => new Loose(unsafe), { code: 'ERR_SESSION_CONFIG', message: /secrets/ })
    }
  })

  it('seals what it returns', async () => {
    const storage = new CookieSessionStorage(cookie)
    const value = await begin(storage, { user: 'ada-lovelace' })
    assert.match(value, /^[\w-]+$/)
    assert.doesNotMatch(Buffer.from(value, 'base64url').toString('latin1'), /ada-lovelace|user/)
    const header = `theme=dark; session=${value}`
    assert.match(String(await cookie.parse(header)), /ada-lovelace/)
  })

  it('has the id in the payload', async () => {
    const storage = new CookieSessionStorage(cookie)
    const session = await storage.read(await begin(storage, { user: 'ada' }))
    session.set('more', 1)
    const next = await storage.read(await storage.update(session.id, session.data))
    assert.equal(next.id, session.id)
  })

  it('takes no id for a cookie, also where ends are noted', async () => {
    const events: SessionEvent[] = []
    const storage = new CookieSessionStorage(cookie, {
      revocations: createRevocations({ store: createMemoryStore() }),
      onEvent: (event) => events.push(event),
    })
    const session = await storage.read(await begin(storage, { user: 'ada' }))
    session.set('more', 1)
    await storage.update(session.id, session.data)
    // Data of the app's own: the session is found by its id.
    const value = await storage.update(session.id, [{ user: 'ada', more: 2 }, {}])
    assert.equal((await storage.read(value)).get('more'), 2)
    assert.equal(await storage.delete(session.id), '')
    assert.equal((await storage.read(value)).isNew, true)
    const bad = events.filter(({ type }) => type === 'corrupt' || type === 'tampered')
    assert.deepEqual(bad, [])
  })

  it('takes a value that anything was done to for none, and reports it', async () => {
    const events: SessionEvent[] = []
    const storage = new CookieSessionStorage(cookie, { onEvent: (event) => events.push(event) })
    const value = await begin(storage, { user: 'ada' })
    const text = await cookie.parse(`session=${value}`)
    const forgeries = [text!, `${value}A`, value.slice(0, -1), value.slice(1), ' ', 'null', '{}']
    for (let i = 0; i < value.length; i += 7) {
      const letter = value[i] === 'A' ? 'B' : 'A'
      forgeries.push(value.slice(0, i) + letter + value.slice(i + 1))
    }
    events.length = 0
    for (const forgery of forgeries) {
      const session = await storage.read(forgery)
      assert.deepEqual(session.data, [{}, {}])
      assert.equal(session.isNew, true)
    }
    const reported = events.filter(({ type }) => type === 'tampered')
    assert.equal(reported.length, forgeries.length)
  })

  it('opens nothing that was sealed for another cookie, or by other secrets', async () => {
    const value = await begin(new CookieSessionStorage(cookie), { user: 'ada' })
    const others = [
      createCookie('other', { secrets: [secret] }),
      createCookie('session', { secrets: [secret.toLowerCase()] }),
      createCookie('session', { secrets: [secret], encrypt: false }),
    ]
    for (const other of others) {
      assert.equal((await new CookieSessionStorage(other).read(value)).get('user'), undefined)
    }
    const newer = createCookie('session', { secrets: [secret.toLowerCase(), secret] })
    assert.equal((await new CookieSessionStorage(newer).read(value)).get('user'), 'ada')
  })

  it('throws for more than browsers keep, and names the biggest keys', async () => {
    const storage = new CookieSessionStorage(cookie)
    const session = new Session()
    session.set('small', 1)
    session.set('big', 'x'.repeat(4000))
    await assert.rejects(storage.update(session.id, session.data), (error: Error) => {
      assert.ok('code' in error && 'keys' in error)
      assert.equal(error.code, 'ERR_SESSION_COOKIE_SIZE')
      assert.deepEqual(error.keys, [
        { key: 'big', bytes: 4002 },
        { key: 'small', bytes: 1 },
      ])
      return true
    })
  })

  it('asks isRevoked', async () => {
    const revoked = new Set<string>()
    const isRevoked = ({ handle }: { handle: string }) => revoked.has(handle)
    const storage = new CookieSessionStorage(cookie, { isRevoked })
    const value = await begin(storage, { user: 'ada' })
    const session = await storage.read(value)
    revoked.add(session.handle)
    session.set('visits', 1)
    assert.equal(await storage.update(session.id, session.data), '')
    assert.equal((await storage.read(value)).get('user'), undefined)
  })

  it('keeps the age of a session, whatever data it is given', async () => {
    const clock = fakeClock()
    const options = { now: clock.now, idleTimeout: 1000, absoluteTimeout: 2000 }
    const storage = new CookieSessionStorage(cookie, options)
    let value = await begin(storage, { user: 'ada' })
    for (let i = 0; i < 3; i++) {
      await clock.pass(600_000)
      const session = await storage.read(value)
      assert.equal(session.get('user'), 'ada')
      value = await storage.update(session.id, [{ user: 'ada', i }, {}])
    }
    await clock.pass(200_000)
    assert.equal((await storage.read(value)).get('user'), undefined)
  })

  it('works with a cookie of @remix-run/cookie', async () => {
    const storage = new CookieSessionStorage(createRemixCookie('session', { secrets: [secret] }))
    const value = await begin(storage, { user: 'ada; lovelace=1' })
    assert.equal((await storage.read(value)).get('user'), 'ada; lovelace=1')
    for (const forgery of [value.slice(1), `${value}A`, '%', '%E0%A4%A', 'x.y']) {
      assert.equal((await storage.read(forgery)).get('user'), undefined)
    }
  })
})

describe('File storage in classes', () => {
  it('is the same storage as another one on its directory', async () => {
    const directory = temporaryFolder()
    const [one, two] = [new FileSessionStorage(directory), new FileSessionStorage(directory)]
    const value = await begin(one, { a: 1 })
    const session = await one.read(value)
    session.set('b', 2)
    assert.equal(await two.update(session.id, session.data), value)
    assert.deepEqual((await one.read(value)).data[0], { a: 1, b: 2 })
    await two.delete(session.id)
    session.set('c', 3)
    assert.equal(await one.update(session.id, session.data), '')
    assert.equal((await one.read(value)).isNew, true)
  })

  it('says in each call what is wrong with its directory, and nowhere else', async () => {
    const file = path.join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const broken = [new FileSessionStorage(path.join(file, 'sessions')), new FileSessionStorage('')]
    // An unhandled rejection would end the process now.
    await new Promise((resolve) => setTimeout(resolve, 50))
    for (const storage of broken) {
      const session = new Session()
      const refusal = { code: 'ERR_SESSION_CONFIG' }
      await assert.rejects(storage.read(null), refusal)
      await assert.rejects(storage.update(session.id, session.data), refusal)
      await assert.rejects(storage.delete(session.id), refusal)
    }
  })

  it('says at once what is wrong with its options', () => {
    const noOptions = { idleTimeout: 0 } satisfies SessionStorageOptions
    const make = () => new FileSessionStorage(temporaryFolder(), noOptions)
    assert.throws(make, { code: 'ERR_SESSION_CONFIG', message: /idleTimeout/ })
  })

  it('makes its directory', async () => {
    const directory = path.join(temporaryFolder(), 'a', 'b')
    await begin(new FileSessionStorage(directory), { user: 'ada' })
    assert.ok(existsSync(directory))
  })
})

describe('Memory storage in classes', () => {
  it('takes the options of memory storage', async () => {
    const storage = new MemorySessionStorage({ maxSessions: 1 })
    const first = await begin(storage, { user: 'ada' })
    await begin(storage, { user: 'eve' })
    assert.equal((await storage.read(first)).get('user'), undefined)
    assert.throws(() => new MemorySessionStorage({ maxSessions: 0 }), {
      code: 'ERR_SESSION_CONFIG',
    })
  })
})

describe('Any other storage in classes', () => {
  it('is the same storage: sessions of one are sessions of the other', async () => {
    const core = createMemorySessionStorage()
    const storage = toClassesStorage(core)
    const value = await begin(storage, { user: 'ada' })
    const session = await core.read(value)
    assert.equal(session.get('user'), 'ada')
    session.set('more', 1)
    await core.save(session)
    const own = await storage.read(value)
    assert.equal(own.get('more'), 1)
    own.login('ada')
    await storage.update(own.id, own.data)
    assert.equal((await core.sessionsOf('ada')).length, 1)
    await core.revokeAll('ada')
    own.set('visits', 1)
    assert.equal(await storage.update(own.id, own.data), '')
  })

  it('tells of a store that fails, and never hands out a stranger’s session', async () => {
    const store = createMemoryStore()
    let fails = false
    const failing: SessionStore = {
      read: async (key) => (fails ? Promise.reject(new Error('down')) : store.read(key)),
      write: async (...args) => (fails ? Promise.reject(new Error('down')) : store.write(...args)),
      delete: async (key) => (fails ? Promise.reject(new Error('down')) : store.delete(key)),
    }
    const storage = toClassesStorage(createSessionStorage(failing))
    const value = await begin(storage, { user: 'ada' })
    const session = await storage.read(value)
    session.set('visits', 1)
    fails = true
    await assert.rejects(storage.read(value), StoreError)
    await assert.rejects(storage.update(session.id, session.data), StoreError)
    await assert.rejects(storage.delete(session.id), StoreError)
    fails = false
    assert.equal((await storage.read(value)).get('user'), 'ada')
  })
})
