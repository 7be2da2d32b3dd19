import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSession, createSessionId, createSessionStorage, type SessionStore } from 'coatcheck'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { shareOf } from '../../random-cases.ts'
import { assertEvenBits } from '../even-bits.ts'

const many = shareOf(100_000)
const idSyntax = /^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/

function bytesOf(id: string): Buffer {
  const [handle, secret] = id.split('.')
  return Buffer.concat([Buffer.from(handle!, 'base64url'), Buffer.from(secret!, 'base64url')])
}

/** A store that is empty and notes every call. */
function spyingStore() {
  const calls: string[] = []
  const store: SessionStore = {
    read: async (key) => void calls.push(`read ${key}`) as undefined,
    write: async (key) => {
      calls.push(`write ${key}`)
      return '1'
    },
    delete: async (key) => void calls.push(`delete ${key}`),
  }
  return { store, calls }
}

describe('session ids (ASVS 7.2.3)', () => {
  it('are 16 and 32 bytes in base64url', () => {
    for (let i = 0; i < 1000; i++) {
      const id = createSessionId()
      assert.match(id, idSyntax)
      assert.equal(bytesOf(id).length, 48)
    }
  })

  it(`never come twice, in none of their parts: ${many} of them`, () => {
    const handles = new Set<string>()
    const secrets = new Set<string>()
    for (let i = 0; i < many; i++) {
      const [handle, secret] = createSessionId().split('.')
      handles.add(handle!)
      secrets.add(secret!)
    }
    assert.equal(handles.size, many)
    assert.equal(secrets.size, many)
  })

  it('have every bit set in half of them', () => {
    assertEvenBits(Array.from({ length: 10_000 }, () => bytesOf(createSessionId())))
  })

  it('use 48 bytes of the platform’s generator each, and no byte twice', () => {
    const given: number[] = []
    let next = 0
    // Numbers of four bytes, counted up: where they turn up tells which bytes were used.
    const counting = <T extends ArrayBufferView | null>(array: T): T => {
      const view = new DataView(array!.buffer, array!.byteOffset, array!.byteLength)
      given.push(view.byteLength)
      for (let at = 0; at + 4 <= view.byteLength; at += 4) view.setUint32(at, ++next)
      return array
    }
    for (let i = 0; i < 100; i++) createSessionId()
    crypto.getRandomValues = counting
    const seen: number[] = []
    try {
      while (given.length < 8) {
        const bytes = bytesOf(createSessionId())
        assert.equal(bytes.length, 48)
        if (given.length === 0) continue
        for (let at = 0; at < bytes.length; at += 16) seen.push(bytes.readUInt32BE(at))
      }
    } finally {
      Reflect.deleteProperty(crypto, 'getRandomValues')
      // What is left of the counted bytes may not stay in the pool of later tests.
      for (let i = 0; i < 200; i++) createSessionId()
    }
    assert.notEqual(crypto.getRandomValues, counting)
    assert.equal(new Set(seen).size, seen.length)
    assert.ok(given.reduce((sum, length) => sum + length, 0) >= seen.length * 16 - 48)
  })

  it('are what sessions have, one for each', () => {
    const one = createSession()
    assert.match(one.id, idSyntax)
    assert.equal(one.handle, one.id.slice(0, 22))
    assert.notEqual(createSession().id, one.id)
  })
})

const secret = 'A'.repeat(43)
const handle = 'B'.repeat(22)

/** What is no id of ours by its syntax alone. */
const foreign = [
  '.',
  '..',
  '../x',
  '../../etc/passwd',
  'a/b',
  'a\\b',
  '%2e%2e',
  '\0',
  'x\0',
  'CON',
  'aux.json',
  'NUL',
  'x'.repeat(10_000),
  'ключ',
  '🧥',
  'constructor',
  '__proto__',
  'toString',
  'a b',
  'a\r\nb',
  ' ',
  '\t',
  '*',
  '?',
  '{}',
  '[]',
  'null',
  'undefined',
  '0',
  handle,
  secret,
  `${handle}.`,
  `.${secret}`,
  `${handle}${secret}`,
  `${handle}..${secret}`,
  `${handle}:${secret}`,
  `${handle}/${secret}`,
  `${handle}.${secret}A`,
  `A${handle}.${secret}`,
  `${handle}.${secret.slice(1)}`,
  `${handle.slice(1)}.${secret}`,
  `${handle}.${secret}\n`,
  ` ${handle}.${secret}`,
  `${handle}.${secret} `,
  `${handle}.${secret.slice(1)}=`,
  `${handle}.${secret.slice(1)}+`,
  `${handle}.${secret.slice(1)}/`,
  `${handle.slice(1)}/.${secret}`,
  `../${handle.slice(3)}.${secret}`,
  `${handle.slice(1)}\0.${secret}`,
  `${handle.slice(1)}é.${secret}`,
  `${handle.slice(1)}.${secret}.`,
  `${handle.slice(1)} .${secret}`,
  `${handle}.${secret.slice(1)}Ａ`,
  `${handle}.${secret}.${secret}`,
  '__proto__'.padEnd(22, '.') + `.${secret}`,
]

describe('what cannot be an id (CVE-2025-61686)', () => {
  for (const text of foreign) {
    const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 20)}… (${text.length})` : text)

    it(`reaches no store and gets a new session: ${shown}`, async () => {
      const { store, calls } = spyingStore()
      const events: string[] = []
      const storage = createSessionStorage(store, { onEvent: ({ type }) => void events.push(type) })
      const session = await storage.read(text)
      assert.deepEqual(calls, [])
      assert.deepEqual(events, ['tampered'])
      assert.equal(session.isNew, true)
      assert.equal(session.size, 0)
      session.set('a', 1)
      const saved = await storage.save(session)
      assert.match(saved!, idSyntax)
      assert.notEqual(saved, text)
      assert.deepEqual(calls, [`write ${session.handle}`])
    })
  }

  it('is the empty string too, and no cookie at all', async () => {
    const { store, calls } = spyingStore()
    const storage = createSessionStorage(store)
    for (const nothing of ['', null]) {
      const session = await storage.read(nothing)
      assert.equal(session.isNew, true)
      assert.equal(await storage.save(session), null)
    }
    assert.deepEqual(calls, [])
  })

  it('is refused by createSession() and does not end anything in revoke()', async () => {
    const { store, calls } = spyingStore()
    const storage = createSessionStorage(store)
    for (const text of foreign) {
      assert.throws(() => createSession(text), { code: 'ERR_SESSION_CONFIG' }, text)
      // A handle alone is what revoke() takes.
      if (text !== handle) await storage.revoke(text).catch(() => {})
    }
    assert.deepEqual(calls, [])
  })
})

describe('an id that we did not issue (CVE-2024-38513)', () => {
  it('is looked up, but never adopted, stored or echoed', async () => {
    const { store, calls } = spyingStore()
    const storage = createSessionStorage(store)
    const planted = createSessionId()
    const session = await storage.read(planted)
    assert.deepEqual(calls, [`read ${planted.slice(0, 22)}`])
    session.set('a', 1)
    const saved = await storage.save(session)
    assert.notEqual(saved, planted)
    assert.notEqual(saved!.slice(0, 22), planted.slice(0, 22))
    assert.notEqual(saved!.slice(23), planted.slice(23))
    assert.deepEqual(calls.slice(1), [`write ${session.handle}`])
  })

  it('is not adopted with the handle of a session and another secret', async () => {
    const storage = createMemorySessionStorage()
    const session = await storage.read(null)
    session.set('a', 1)
    const id = (await storage.save(session))!
    for (const guess of [
      `${id.slice(0, 23)}${secret}`,
      `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`,
    ]) {
      const other = await storage.read(guess)
      assert.equal(other.isNew, true)
      assert.notEqual(other.handle, session.handle)
    }
    assert.equal((await storage.read(id)).get('a'), 1)
  })
})

describe('what a store holds of an id (CVE-2019-16782)', () => {
  it('is of no use as a cookie', async () => {
    const held: string[] = []
    const records = new Map<string, string>()
    const store: SessionStore = {
      read: async (key) =>
        records.has(key) ? { value: records.get(key)!, version: '1' } : undefined,
      write: async (key, value) => {
        records.set(key, value)
        held.push(key, value)
        return '1'
      },
      delete: async (key) => void records.delete(key),
    }
    const storage = createSessionStorage(store)
    const session = await storage.read(null)
    session.set('a', 1)
    const id = (await storage.save(session))!
    const secretPart = id.slice(23)
    const dump = held.join('\n')
    for (const form of [
      secretPart,
      Buffer.from(secretPart, 'base64url').toString('hex'),
      Buffer.from(secretPart, 'base64url').toString('base64'),
    ]) {
      assert.ok(!dump.includes(form))
    }
    for (const text of dump.match(/[\w-]{43}/g) ?? []) {
      assert.equal((await storage.read(`${session.handle}.${text}`)).isNew, true)
    }
    assert.ok(dump.match(/[\w-]{43}/g)!.length > 0)
    assert.equal((await storage.read(id)).get('a'), 1)
  })
})
