/* The adapters in docs/adapters.md pass the cases that it tells of. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { adapterCases, type AdapterFixture } from 'coatcheck/testing'
import { describeAdapter } from '../frameworks/parts/describe-adapter.ts'
import { respond } from '../frameworks/parts/respond.ts'
import { listening } from '../frameworks/parts/server.ts'
import { programsIn } from './blocks.ts'

const folder = mkdtempSync('.build/adapters-')
after(() => rmSync(folder, { recursive: true, force: true }))
for (const [name, text] of programsIn('docs/adapters.md')) writeFileSync(join(folder, name), text)

describe('the adapter for Node in the guide', () => {
  it('passes all cases, with the fixture of the guide', () => {
    // With this variable the inner test would report to the outer one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const options = { cwd: folder, encoding: 'utf8', env } as const
    const args = ['--test', '--test-reporter=tap', 'adapter.test.mjs']
    const { stdout } = spawnSync(process.execPath, args, options)
    assert.match(stdout, new RegExp(`^# pass ${adapterCases.length}$`, 'm'), stdout)
    assert.match(stdout, /^# fail 0$/m)
  })
})

const fixture: AdapterFixture = {
  async start({ cookie, storage, options, handlers }) {
    const { session, sessionOf } = await import(
      pathToFileURL(join(folder, 'fetch-adapter.mjs')).href
    )
    const middleware = session(cookie, storage, options)
    const handle = async (request: Request) =>
      respond(await handlers[new URL(request.url).pathname]!(sessionOf(request)))
    const onError = (error: unknown) =>
      new Response(null, { status: (error as { status?: number }).status ?? 500 })
    const serve = (request: Request) => middleware(request, handle)
    return listening(createServer(createRequestListener(serve, { onError })))
  },
}
describeAdapter('Request and Response in the guide', fixture, {
  hasSeveralSessions: false,
  isInTable: false,
})
