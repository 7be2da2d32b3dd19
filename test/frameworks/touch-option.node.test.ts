import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { root } from '../repository.ts'
import { sessionCookie } from './entries.ts'

/** `fetch`, `adapter` and `live` have no `session`. Next is installed with its example only. */
const others = ['adapter.ts', 'fetch.ts', 'live.ts', 'next.ts']

/** Every adapter whose `session` takes a cookie, a storage and options. */
const adapters = readdirSync(join(root, 'src/frameworks'))
  .filter((name) => name.endsWith('.ts') && !others.includes(name))
  .map((name) => name.slice(0, -'.ts'.length))

describe('The option touch', () => {
  for (const adapter of adapters) {
    it(`is one of coatcheck/${adapter}`, async () => {
      const { session } = await import(`coatcheck/${adapter}`)
      const storage = createMemorySessionStorage()
      for (const touch of ['pages', () => true, undefined]) {
        session(sessionCookie(), storage, { touch })
      }
      const make = () => session(sessionCookie(), storage, { touch: 'page' })
      assert.throws(make, { code: 'ERR_SESSION_CONFIG', message: /'pages' or a function/ })
    })
  }
})
