/* The programs in docs/frameworks.md, pasted beside the frameworks and run as they are. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { programsIn } from './blocks.ts'
import { freePort, visitTwice } from './run-program.ts'

describe('a program of the guide to frameworks', () => {
  // Within the repository: there they find the frameworks, and the package by its name.
  const folder = mkdtempSync('.build/frameworks-')
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [name, text] of programsIn('docs/frameworks.md')) {
    it(`counts visits: ${name}`, async (t) => {
      const port = await freePort()
      assert.match(text, /\b3000\b/)
      writeFileSync(join(folder, name), text.replace(/\b3000\b/, String(port)))
      await visitTwice(t, port, [process.execPath, name], folder)
    })
  }
})
