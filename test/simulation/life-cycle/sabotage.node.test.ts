import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sabotages } from './sabotage.ts'
import { search } from './search.ts'

/** Enough for each of them, and the first that shows it ends the search. */
const seeds = Array.from({ length: 2000 }, (_, seed) => String(seed))

describe('the rules of the life cycle notice', () => {
  for (const [title, spoilt] of Object.entries(sabotages)) {
    it(title, async () => {
      assert.ok(await search(seeds, { clocks: [0], ...spoilt }))
    })
  }
})
