import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fromAscii, toAscii } from '#dist/storages/parts/ascii.js'
import fc from 'fast-check'

const anyUnits = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0x21, 0x3d, 0xfeff)))
  .map((units) => String.fromCharCode(...units))

describe('a text in ASCII', () => {
  it('has no NUL and no other letter, and is read as what it was', () => {
    fc.assert(
      fc.property(anyUnits, (text) => {
        const ascii = toAscii(text)
        // oxlint-disable-next-line no-control-regex -- NUL is what it is about
        assert.match(ascii, /^[\x01-\x7f]+$/)
        assert.equal(fromAscii(ascii), text)
      }),
    )
  })

  it('differs when the text does', () => {
    fc.assert(
      fc.property(anyUnits, anyUnits, (one, other) => {
        assert.equal(toAscii(one) === toAscii(other), one === other)
      }),
    )
  })

  it('is the text with one letter before it when that is ASCII already, and is never JSON', () => {
    assert.equal(toAscii('{"a":"!00e9"}').slice(1), '{"a":"!00e9"}')
    for (const text of ['{}', '[]', '1', 'true', '"a"', '', '{"ä":1}']) {
      assert.throws(() => JSON.parse(toAscii(text)), SyntaxError)
    }
  })

  it('has no quote that could end a literal of SQL', () => {
    assert.doesNotMatch(toAscii(`it's "so"`), /'/)
  })

  it('leaves what it did not write as it is', () => {
    for (const text of ['', '{}', 'x={}', '\ufeff={}']) assert.equal(fromAscii(text), text)
  })
})
