import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'

const secret = 'Vb6nM2qW8eR4tY0uI5oP1aS7dF3gH9jK'

describe('a cookie that was opened before', () => {
  it('opens again, and neither another cookie nor another secret opens it', async () => {
    const cookie = createCookie('session', { secrets: [secret] })
    const other = createCookie('session', { secrets: [`${secret}!`] })
    const header = (await cookie.serialize('value')).split(';')[0]!
    const changed = header.slice(0, -1) + (header.endsWith('A') ? 'B' : 'A')
    for (let i = 0; i < 3; i++) {
      assert.equal(await cookie.parse(header), 'value')
      assert.equal(await other.parse(header), null)
      assert.equal(await cookie.parse(changed), null)
    }
  })

  it('is still told to be under an older secret', async () => {
    const older = createCookie('session', { secrets: [secret] })
    const header = (await older.serialize('value')).split(';')[0]!
    const cookie = createCookie('session', { secrets: [`new ${secret}`, secret] })
    for (let i = 0; i < 3; i++) {
      assert.deepEqual(await cookie.read(header), { value: 'value', present: true, outdated: true })
    }
  })

  it('is right also when more have been opened than are remembered', async () => {
    const cookie = createCookie('session', { secrets: [secret] })
    const headers = await Promise.all(
      Array.from(
        { length: 1500 },
        async (_, i) => (await cookie.serialize(`value ${i}`)).split(';')[0]!,
      ),
    )
    for (let round = 0; round < 2; round++) {
      for (const [i, header] of headers.entries()) {
        assert.equal(await cookie.parse(header), `value ${i}`)
      }
    }
  })
})
