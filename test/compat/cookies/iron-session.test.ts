import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { sealData, unsealData } from 'iron-session'
import { ironSession, type IronSessionOptions } from 'coatcheck/compat/cookies'
import { createCookie } from 'coatcheck/cookie'
import { ironPassword, ironStorage, ourSecret, pairOf } from './old-cookies.ts'

const otherPassword = 'another_password_that_is_at_least_32_long'
const day = 86_400

function reader(options: Partial<IronSessionOptions> = {}) {
  const accept = [ironSession({ password: ironPassword, ...options })]
  const cookie = createCookie('session', {
    secrets: [ourSecret],
    accept,
  })
  return async (seal: string) => (await cookie.read(`session=${seal}`)).imported?.values
}

/** A seal of these parts, with the MAC that iron would give it. */
async function signed(parts: readonly string[]): Promise<string> {
  const { subtle } = crypto
  const utf8 = (text: string) => new TextEncoder().encode(text)
  const salt = 'ab'.repeat(32)
  const raw = await subtle.importKey('raw', utf8(ironPassword), 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: 'SHA-1', salt: utf8(salt), iterations: 1 }
  const bits = await subtle.deriveBits(parameters, raw, 256)
  const key = await subtle.importKey('raw', bits, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const mac = new Uint8Array(await subtle.sign('HMAC', key, utf8(parts.join('*'))))
  const digits = btoa(String.fromCharCode(...mac))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
  return `${[...parts, salt, digits.replace('=', '')].join('*')}~2`
}

describe('A cookie of iron-session', () => {
  it('is read as iron-session reads it, whatever is in it', async () => {
    const data = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }), {
      maxKeys: 5,
    })
    const read = reader()
    await fc.assert(
      fc.asyncProperty(data, async (values) => {
        const seal = await sealData(values, { password: ironPassword })
        fc.pre(seal.length < 4000)
        assert.deepEqual(
          { ...(await read(seal)) },
          await unsealData(seal, { password: ironPassword }),
        )
      }),
    )
  })

  it('may have been written by any of the passwords, under its id', async () => {
    const password = { 1: ironPassword, 7: otherPassword }
    const [one, seven] = await Promise.all([
      sealData({ user: 'ada' }, { password: ironPassword }),
      sealData({ user: 'ada' }, { password }),
    ])
    assert.match(seven, /^Fe26\.2\*7\*/)
    assert.deepEqual(await reader({ password })(one), { user: 'ada' })
    assert.deepEqual(await reader({ password })(seven), { user: 'ada' })
    assert.equal(await reader()(seven), undefined)
    assert.equal(await reader({ password: { 1: otherPassword } })(one), undefined)
    assert.equal(await reader({ password: { 2: ironPassword } })(one), undefined)
    assert.equal(await reader({ password: { 1: otherPassword, 2: ironPassword } })(one), undefined)
  })

  it('ends at its own time, with a minute for clocks that differ', async () => {
    const before = Date.now()
    const seal = await sealData({ user: 'ada' }, { password: ironPassword, ttl: day })
    const end = Number(seal.split('*')[5])
    assert.ok(end >= before + day * 1000 && end <= Date.now() + day * 1000)
    const at = (now: number) => reader({ now: () => now })(seal)
    assert.deepEqual(await at(end + 59_999), { user: 'ada' })
    assert.equal(await at(end + 60_000), undefined)
  })

  it('never ends if it was made so', async () => {
    const seal = await sealData({ user: 'ada' }, { password: ironPassword, ttl: 0 })
    assert.match(seal, /\*\*[0-9a-f]{64}\*[\w-]+~2$/)
    assert.deepEqual(await reader({ now: () => 8e15 })(seal), { user: 'ada' })
  })

  it('of an earlier version holds its values one level deeper', async () => {
    const data = { persistent: { user: 'ada' }, flash: { notice: 'hello' } }
    const seal = (await sealData(data, { password: ironPassword })).slice(0, -'~2'.length)
    assert.deepEqual(await reader()(seal), await unsealData(seal, { password: ironPassword }))
    assert.deepEqual(await reader()(`${seal}~1`), { user: 'ada' })
    assert.deepEqual(await reader()(`${seal}~2`), data)
    for (const ending of ['~', '~3', '~02', '~2~2', '~1~2', '~2x']) {
      assert.equal(await reader()(seal + ending), undefined, ending)
    }
    for (const other of [{ user: 'ada' }, { persistent: null }, { persistent: [1] }, [1], 'x']) {
      const older = (await sealData(other, { password: ironPassword })).slice(0, -'~2'.length)
      const importer = ironSession({ password: ironPassword })
      assert.equal(await importer.open(older, []), undefined)
    }
  })

  it('stands for no session if what was sealed is no object', async () => {
    for (const [data, value] of [
      [[1, 2], '[1,2]'],
      ['text', '"text"'],
      [7, '7'],
    ] as const) {
      const seal = await sealData(data, { password: ironPassword })
      const importer = ironSession({ password: ironPassword })
      assert.deepEqual(await importer.open(seal, []), { value, data })
    }
  })

  it('is refused if any character of it was changed, or cut off', async () => {
    const read = reader()
    const pair = pairOf(await ironStorage.setCookie({ user: 'ada' }))
    const seal = pair.slice('session='.length)
    assert.deepEqual(await read(seal), { user: 'ada' })
    for (let at = 0; at < seal.length - '~2'.length; at++) {
      for (const letter of ['A', 'b', '1', '*']) {
        if (seal[at] === letter) continue
        assert.equal(await read(seal.slice(0, at) + letter + seal.slice(at + 1)), undefined)
      }
      assert.equal(await read(seal.slice(0, at)), undefined)
    }
  })

  it('is refused if it is authentic and cannot be decrypted, or is no JSON', async () => {
    const importer = ironSession({ password: ironPassword })
    const parts = (await sealData({ user: 'ada' }, { password: ironPassword })).split('*')
    const seal = await signed(parts.slice(0, 6))
    assert.deepEqual((await importer.open(seal, []))?.session?.values, { user: 'ada' })
    for (const text of ['A'.repeat(22), `${parts[4]}AAAA`, 'AAAA', 'A']) {
      assert.equal(
        await importer.open(await signed(parts.with(4, text).slice(0, 6)), []),
        undefined,
      )
    }
    // Another first block: the JSON begins with something else.
    const iv = parts[3]!.startsWith('A') ? 'B' : 'A'
    const garbled = await signed(parts.with(3, iv + parts[3]!.slice(1)).slice(0, 6))
    assert.equal(await importer.open(garbled, []), undefined)
  })

  it('is refused under another password', async () => {
    const seal = await sealData({ user: 'ada' }, { password: otherPassword })
    assert.equal(await reader()(seal), undefined)
    assert.deepEqual(await reader({ password: otherPassword })(seal), { user: 'ada' })
  })

  it('is not decrypted before it is verified', async () => {
    const prototype = Object.getPrototypeOf(crypto.subtle) as SubtleCrypto
    const { decrypt } = prototype
    let times = 0
    prototype.decrypt = function count(this: SubtleCrypto, ...given: Parameters<typeof decrypt>) {
      times++
      return decrypt.apply(this, given)
    } as typeof decrypt
    try {
      const seal = await sealData({ user: 'ada' }, { password: ironPassword })
      const importer = ironSession({ password: ironPassword })
      assert.equal(
        await importer.open(
          seal.replace(/.~2$/, (end) => (end[0] === 'A' ? 'E~2' : 'A~2')),
          [],
        ),
        undefined,
      )
      assert.equal(times, 0)
      assert.ok(await importer.open(seal, []))
      assert.equal(times, 1)
    } finally {
      prototype.decrypt = decrypt
    }
  })
})
