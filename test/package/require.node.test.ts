/* Node 20.19 and later load modules with require(): none of ours waits at its top level. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: object }
const require = createRequire(import.meta.url)
// Next itself is only where an app of Next is: test/frameworks/next.node.test.ts.
const names = Object.keys(exports)
  .filter((name) => !['./package.json', './next'].includes(name))
  .map((name) => `coatcheck${name.slice(1)}`)

describe('require() gives what import gives', () => {
  for (const name of names) {
    it(name, async () => {
      const required = require(name) as unknown
      const imported = (await import(name)) as Record<string, unknown>
      // Where an older package was a function itself, so are we.
      if ('module.exports' in imported) {
        assert.equal(required, imported['module.exports'])
        return
      }
      assert.deepEqual({ ...(required as object) }, { ...imported })
    })
  }
})
