import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { AdapterFixture } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { honoApp } from './parts/hono-app.ts'
import { listening } from './parts/server.ts'

const fixture: AdapterFixture = {
  start: async (app) => listening(createAdaptorServer({ fetch: honoApp(app).fetch }) as Server),
}

describeAdapter('Hono on Node', fixture)
