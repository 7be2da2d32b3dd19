import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sealData, unsealData } from 'coatcheck/compat/iron-session'
import * as theirs from 'iron-session'

const password = 'what only these tests have as a password: 7Q'
const newer = 'another password of these tests, newer: k4N'

describe('sealed data', () => {
  it('comes back whole, under a password that has got older too', async () => {
    for (const data of [{ email: 'ada@example.com' }, ['ü', 1, null], 'text']) {
      const seal = await sealData(data, { password })
      assert.match(seal, /^[\w-]+$/)
      assert.deepEqual(await unsealData(seal, { password }), data)
      assert.deepEqual(await unsealData(seal, { password: { 1: password, 2: newer } }), data)
    }
  })

  it('of iron-session is read', async () => {
    const data = { email: 'ada@example.com' }
    const seal = await theirs.sealData(data, { password, ttl: 60 })
    assert.deepEqual(await unsealData(seal, { password }), data)
  })

  it('is {} once it has ended, was changed, or was made with another password', async () => {
    const seal = await sealData({ a: 1 }, { password })
    const changed = seal.slice(0, -2) + (seal.endsWith('AA') ? 'BB' : 'AA')
    assert.deepEqual(await unsealData(changed, { password }), {})
    assert.deepEqual(await unsealData(seal, { password: newer }), {})
    assert.deepEqual(await unsealData('', { password }), {})
    const { now } = Date
    const old = await sealData({ a: 1 }, { password, ttl: 10 })
    try {
      Date.now = () => now() + 9_000
      assert.deepEqual(await unsealData(old, { password }), { a: 1 })
      Date.now = () => now() + 11_000
      assert.deepEqual(await unsealData(old, { password }), {})
    } finally {
      Date.now = now
    }
  })

  it('needs a password', async () => {
    for (const wrong of ['', {}, undefined]) {
      await assert.rejects(sealData({}, { password: wrong as string }), {
        code: 'ERR_SESSION_CONFIG',
      })
    }
  })
})
