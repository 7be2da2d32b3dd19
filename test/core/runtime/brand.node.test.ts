import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { it } from 'node:test'
import { createCookie } from 'coatcheck/cookie'

it('Copies of this package know each other by its major version', () => {
  const path = createRequire(import.meta.url).resolve('coatcheck/package.json')
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
  const mark = Symbol.for('coatcheck/cookie')
  const cookie = createCookie('session') as unknown as Record<symbol, unknown>
  assert.equal(cookie[mark], Number(version.split('.')[0]))
})
