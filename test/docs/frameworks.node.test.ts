/* The programs in docs/frameworks.md, pasted beside the frameworks and run as they are. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { programsIn } from './blocks.ts'
import { freePort } from '../free-port.ts'
import { logInAndOut } from './run-program.ts'

describe('a program of the guide to frameworks', () => {
  // Within the repository: there they find the frameworks, and the package by its name.
  const folder = mkdtempSync('.build/frameworks-')
  after(() => rmSync(folder, { recursive: true, force: true }))

  const programs = programsIn('docs/frameworks.md')
  // What listens nowhere is started by a runtime: readme-programs.node.test.ts.
  for (const [name, text] of programs) writeFileSync(join(folder, name), text)
  for (const [name, text] of programs) {
    if (!/\b3000\b/.test(text)) continue
    it(`logs in and out: ${name}`, async (t) => {
      const port = await freePort()
      writeFileSync(join(folder, name), text.replace(/\b3000\b/, String(port)))
      await logInAndOut(t, port, [process.execPath, name], folder)
    })
  }
})
