import type { AdapterFixture } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { serving } from './parts/fetch-server.ts'
import { honoApp } from './parts/hono-app.ts'

const fixture: AdapterFixture = { start: async (app) => serving(honoApp(app).fetch) }

describeAdapter('Hono', fixture)
