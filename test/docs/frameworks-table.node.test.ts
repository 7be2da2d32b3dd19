/*
 * The table of frameworks and behaviours in docs/behaviours.md: whole, with the runtimes on which the cases run. Of each framework the file
 * that runs the cases compares them with its row.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { behaviours, heads, rows, strayCases } from '../frameworks/parts/behaviours.ts'
import { filesIn, read } from '../repository.ts'

/** By the name of a framework, the files that run its cases. */
const files = new Map<string, string[]>()
for (const path of filesIn('test/frameworks').filter((name) => name.endsWith('.test.ts'))) {
  for (const [, name] of read(path).matchAll(/\bdescribeAdapter\('([^']+)'/g)) {
    files.set(name!, [...(files.get(name!) ?? []), path])
  }
}

describe('the table of frameworks and behaviours', () => {
  it('has every case in one column', () => {
    assert.deepEqual(strayCases(), [])
    assert.deepEqual(heads, Object.keys(behaviours))
  })

  it('has every framework whose adapter runs the cases, and no other', () => {
    assert.ok(files.size > 20)
    assert.deepEqual([...rows.keys()].toSorted(), [...files.keys()].toSorted())
  })

  it('says on which runtimes they run', () => {
    const expected = [...files].map(([name, [path, ...others]]) => {
      assert.deepEqual(others, [])
      return [name, path!.endsWith('.node.test.ts') ? 'Node' : 'Node, Deno, Bun']
    })
    const said = [...rows].map(([name, { on }]) => [name, on])
    assert.deepEqual(said.toSorted(), expected.toSorted())
  })
})
