/* The examples of frameworks that need no build, without a browser. In Chromium: story.node.test.ts. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { describeExample } from '../frameworks/parts/describe-example.ts'
import { plainExamples, startPlainExample } from './plain.ts'

for (const name of plainExamples) describeExample(name, () => startPlainExample(name))

it('the plain examples have the same pages', () => {
  const pages = plainExamples.map((name) => readFileSync(`examples/${name}/pages.js`, 'utf8'))
  assert.equal(new Set(pages).size, 1)
})
