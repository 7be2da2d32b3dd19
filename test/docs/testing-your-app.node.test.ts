import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { programsIn } from './blocks.ts'
import { patience } from '../patience.ts'

it('The app and its tests in docs/testing-your-app.md run as they stand', (t) => {
  // Within the package, so that its name is found.
  const folder = mkdtempSync('.build/testing-your-app-')
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const programs = programsIn('docs/testing-your-app.md')
  assert.deepEqual([...programs.keys()], ['app.mjs', 'app.test.mjs'])
  for (const [name, text] of programs) writeFileSync(join(folder, name), text)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const options = { env, encoding: 'utf8', timeout: patience } as const
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--test', join(folder, 'app.test.mjs')],
    options,
  )
  assert.equal(status, 0, stdout)
  assert.match(stdout, /^(#|ℹ) pass 3$/m)
})
