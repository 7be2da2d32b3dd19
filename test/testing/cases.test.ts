import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { storageCases, storeCases } from 'coatcheck/testing'

describe('the names of the cases', () => {
  for (const [list, cases] of Object.entries({ storageCases, storeCases })) {
    it(`are different from each other in ${list}, so that a name tells which case failed`, () => {
      const names = cases.map(({ name }) => name)
      assert.deepEqual(
        names.filter((name, index) => names.indexOf(name) !== index),
        [],
      )
    })
  }
})
