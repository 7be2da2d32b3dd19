import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { it } from 'node:test'
import { createUnstorageStore } from 'coatcheck/unstorage-storage'
import { createStorage } from 'unstorage'

it('an answer that came while the process was busy is not taken for none', async () => {
  const timeout = 0.05
  const getItem = () => stat('.').then(() => null)
  const store = createUnstorageStore({ ...createStorage(), getItem }, { timeout })
  const reading = store.read('key')
  for (const start = performance.now(); performance.now() - start < timeout * 20_000;);
  assert.equal(await reading, undefined)
})
