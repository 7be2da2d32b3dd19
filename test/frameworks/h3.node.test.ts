import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { it } from 'node:test'
import { fromNodeHandler, H3, toNodeHandler } from 'h3'
import { session } from 'coatcheck/h3'
import type { AdapterFixture } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { h3App } from './parts/h3-app.ts'
import { listening } from './parts/server.ts'
import { sessionCookie } from './entries.ts'
import { watchedStorage } from './watched-store.ts'

const fixture: AdapterFixture = {
  start: async (app) => listening(createServer(toNodeHandler(h3App(app)) as never)),
}

describeAdapter('h3 on Node', fixture)

it('a handler of Node that answers by itself is an error if the visitor needs a cookie, and else not', async () => {
  const codes: unknown[] = []
  const onError = ({ cause }: { cause?: unknown }) =>
    void codes.push((cause as { code: string }).code)
  const app = new H3({ silent: true, onError }).use(session(sessionCookie(), watchedStorage()))
  app.use('/loud', ({ context }) => void context.session.set('name', 'Ada'))
  for (const path of ['/quiet', '/loud']) {
    app.get(
      path,
      fromNodeHandler((_, response) => void response.end(path)),
    )
  }
  const server = await listening(createServer(toNodeHandler(app) as never))
  for (const path of ['/quiet', '/loud']) {
    const response = await fetch(server.origin + path)
    assert.equal(await response.text(), path)
  }
  await server.close()
  assert.deepEqual(codes, ['ERR_SESSION_RESPONSE'])
})
