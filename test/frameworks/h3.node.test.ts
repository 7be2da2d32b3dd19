import { createServer } from 'node:http'
import { toNodeHandler } from 'h3'
import type { AdapterFixture } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { h3App } from './parts/h3-app.ts'
import { listening } from './parts/server.ts'

const fixture: AdapterFixture = {
  start: async (app) => listening(createServer(toNodeHandler(h3App(app)) as never)),
}

describeAdapter('h3 on Node', fixture)
