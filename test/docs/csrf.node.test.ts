/* The programs in docs/csrf.md, run as they are. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { programsIn } from './blocks.ts'
import { freePort } from '../free-port.ts'
import { firstAnswer, startProgram } from './run-program.ts'

describe('a program of the guide to forged requests', () => {
  // Within the repository: there they find the frameworks, and the package by its name.
  const folder = mkdtempSync('.build/csrf-')
  after(() => rmSync(folder, { recursive: true, force: true }))
  const server = `import { createServer } from 'node:http'
import { createRequestListener } from '@remix-run/node-fetch-server'
import app from './app.mjs'
createServer(createRequestListener(app.fetch)).listen(3000)`

  for (const [name, text] of programsIn('docs/csrf.md')) {
    it(`refuses forms of other sites, and takes its own: ${name}`, async (t) => {
      const port = await freePort()
      const listens = /\b3000\b/.test(text)
      const withPort = (program: string) => program.replace(/\b3000\b/, String(port))
      writeFileSync(join(folder, name), withPort(text))
      if (!listens) writeFileSync(join(folder, 'server.mjs'), withPort(server))
      const ended = startProgram(t, [process.execPath, listens ? name : 'server.mjs'], folder)

      const address = `http://127.0.0.1:${port}`
      const page = await firstAnswer(`${address}/form`, ended)
      const [, token = ''] = /name="csrf" value="([^"]+)"/.exec(await page.text()) ?? []
      const [Cookie = ''] = page.headers.get('Set-Cookie')!.split(';', 1)
      const post = (headers: Record<string, string>, fields: Record<string, string>) =>
        fetch(`${address}/buy`, {
          method: 'POST',
          headers: { Cookie, ...headers },
          body: new URLSearchParams(fields),
        })
      assert.equal((await post({ 'Sec-Fetch-Site': 'cross-site' }, { csrf: token })).status, 403)
      assert.equal((await post({}, {})).status, 403)
      assert.equal(await (await post({}, { csrf: token })).text(), 'Bought')
    })
  }
})
