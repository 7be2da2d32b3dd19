import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

describe('A guide to a move by which nobody is logged out', () => {
  it('says what happens while servers of both releases run', () => {
    const folder = fileURLToPath(new URL('../../../docs/migrating/', import.meta.url))
    const texts = readdirSync(folder).map((file) => readFileSync(folder + file, 'utf8'))
    const promising = texts.filter((text) => /^## Nobody is logged out$/m.test(text))
    assert.ok(promising.length >= 5)
    for (const text of promising) assert.match(text, /While servers of both releases run/)
  })
})
