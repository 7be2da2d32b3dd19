import type { AdapterFixture } from 'coatcheck/testing'
import { describeAdapter } from './parts/describe-adapter.ts'
import { serving } from './parts/fetch-server.ts'
import { h3App } from './parts/h3-app.ts'

const fixture: AdapterFixture = {
  async start(app) {
    const { fetch } = h3App(app)
    return serving((request) => fetch(request))
  },
}

describeAdapter('h3', fixture)
