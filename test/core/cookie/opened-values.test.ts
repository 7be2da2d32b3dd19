import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'
import { rememberOpened } from '#dist/core/cookie/opened-values.js'

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

describe('what a seal remembers of what it opened', () => {
  function open() {
    const asked: string[] = []
    const seal = rememberOpened({
      seal: (value) => value,
      open(text) {
        asked.push(text)
        return text.startsWith('forged') ? undefined : { value: text, current: true }
      },
    })
    const asks = (text: string) => {
      const before = asked.length
      const opened = seal.open(text) as { value: string } | undefined
      assert.equal(opened?.value, text.startsWith('forged') ? undefined : text)
      return asked.length - before
    }
    return asks
  }

  const authentic = (end: string) => `text ${'x'.repeat(300)}${end}`

  it('is what came twice, and not what was forged', () => {
    const asks = open()
    const texts = [authentic('.12345678'), 'short one', `forged${'!'.repeat(300)}`]
    const times = texts.map((text) => Array.from({ length: 4 }, () => asks(text)))
    assert.deepEqual(times, [
      [1, 1, 0, 0],
      [1, 1, 0, 0],
      [1, 1, 1, 1],
    ])
  })

  it('takes no text for another that ends like it', () => {
    const asks = open()
    const [one, other] = [`one ${'x'.repeat(300)}`, `two ${'x'.repeat(300)}`]
    assert.deepEqual([asks(one), asks(one), asks(one)], [1, 1, 0])
    assert.deepEqual([asks(other), asks(other)], [1, 0])
  })

  it('is no more than 1,024 texts', () => {
    const asks = open()
    const texts = Array.from({ length: 10_000 }, (_, i) =>
      authentic(String(i * 7919).padStart(8, '0')),
    )
    for (const text of texts) assert.equal(asks(text) + asks(text), 2)
    const remembered = texts.toReversed().filter((text) => asks(text) === 0)
    assert.ok(remembered.length > 500 && remembered.length <= 1024, `${remembered.length}`)
  })
})
