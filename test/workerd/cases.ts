import {
  createD1SessionTable,
  createD1Store,
  createDurableObjectStore,
  type D1,
  type DurableObjects,
} from 'coatcheck/cloudflare-storage'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import {
  fakeClock,
  storelessFixture,
  traitsOf,
  type StorageFixture,
  type StoreFixture,
} from 'coatcheck/testing'
import { createUnstorageStore } from 'coatcheck/unstorage-storage'
import { createStorage } from 'unstorage'
import kvDriver from 'unstorage/drivers/cloudflare-kv-binding'
import { cases as alarms } from './object-alarms.ts'
import { cases as failures, count } from './object-failures.ts'
import { cases as lists } from './object-lists.ts'
import { CaseObjects } from './objects.ts'
import { cases as olderApis } from './older-apis.ts'
import type { WorkerCase, WorkerEnv } from './worker-case.ts'
import { type BoundCase, casesOfStorage, casesOfStore, casesOnStore } from '../conformance/cases.ts'

export { KeyValueObject, SqliteObject } from './probed-object.ts'

let tables = 0

/** A table of its own for each case: the database is one. */
async function d1Fixture(database: D1): Promise<StoreFixture> {
  const clock = fakeClock()
  const table = `sessions_${++tables}`
  await createD1SessionTable(database, { table })
  return { store: createD1Store(database, { table, now: () => clock.now() }), clock }
}

function objectFixture(objects: DurableObjects): StoreFixture {
  const clock = fakeClock()
  return { store: new CaseObjects(objects).store({ now: () => clock.now() }), clock }
}

let bases = 0

function kvFixture(binding: object): StoreFixture {
  const clock = fakeClock()
  const driver = kvDriver({ binding: binding as never, base: `case-${++bases}` })
  const store = createUnstorageStore(createStorage({ driver }), { now: () => clock.now() })
  return { store, clock }
}

function memoryFixture(): StoreFixture {
  const clock = fakeClock()
  return { store: createMemoryStore({ now: () => clock.now() }), clock }
}

const cookieFixture = (): StorageFixture =>
  storelessFixture((options) => createCookieSessionStorage(options))
const openD1 = ({ DB }: WorkerEnv) => d1Fixture(DB)
const openObjects = ({ SESSIONS }: WorkerEnv) => objectFixture(SESSIONS)
const openOldObjects = ({ OLD_SESSIONS }: WorkerEnv) => objectFixture(OLD_SESSIONS)
const openKv = ({ KV }: WorkerEnv) => kvFixture(KV)

const traits = traitsOf(memoryFixture().store)
const noDatabase: D1 = { prepare: () => Promise.reject() as never }
const d1Traits = traitsOf(createD1Store(noDatabase))
const noObjects = { idFromName: () => '', get: () => Promise.reject() as never }
const kvTraits = traitsOf(createUnstorageStore(createStorage()))
const objectTraits = traitsOf(createDurableObjectStore(noObjects))

/** A whole visit through the Fetch API, sealed cookie included. */
const visitCase: WorkerCase = {
  name: 'withSession serves a visit: login, flash, logout',
  async run() {
    const cookie = createCookie('session', { secrets: ['kX7vPq2mZt9RwLs4NdYh8BcJf3GaUe6T'] })
    const handler = withSession({ cookie, storage: createMemorySessionStorage() }, (request, s) => {
      const { pathname } = new URL(request.url)
      const message = s.get('message')
      if (pathname === '/login') {
        s.login('ada')
        s.flash('message', 'welcome')
        return Response.redirect('https://shop.example/', 303)
      }
      if (pathname === '/logout') s.destroy()
      return Response.json([s.userId ?? null, message ?? null])
    })
    let jar = ''
    const visit = async (path: string): Promise<string> => {
      const request = new Request(`https://shop.example${path}`, { headers: { Cookie: jar } })
      const response = await handler(request)
      const setCookie = response.headers.get('Set-Cookie')
      if (setCookie !== null) jar = setCookie.split(';')[0]!
      return response.text()
    }
    await visit('/login')
    const seen = [await visit('/'), await visit('/'), await visit('/logout'), await visit('/')]
    const expected = ['["ada","welcome"]', '["ada",null]', '[null,null]', '[null,null]']
    if (seen.join() !== expected.join()) throw new Error(`got ${seen.join()}`)
  },
}

function named(what: string, bound: readonly BoundCase<WorkerEnv>[]): WorkerCase[] {
  return bound.map(({ name, run }) => ({ name: `${what}: ${name}`, run }))
}

function onBinding(what: string, bound: readonly BoundCase<WorkerEnv>[]): WorkerCase[] {
  return named(what, bound).map((one) => ({ ...one, isOnBinding: true }))
}

export const cases: WorkerCase[] = [
  ...named('memory store', casesOfStore(traits, memoryFixture)),
  ...named('memory storage', casesOnStore(traits, memoryFixture)),
  ...named('cookie storage', casesOfStorage(cookieFixture().traits, cookieFixture)),
  ...named('D1 store', casesOfStore(d1Traits, openD1)),
  ...onBinding('D1 storage', casesOnStore(d1Traits, openD1)),
  ...named('Durable Object store in SESSIONS', casesOfStore(objectTraits, openObjects)),
  ...named('Durable Object store in OLD_SESSIONS', casesOfStore(objectTraits, openOldObjects)),
  ...onBinding('Durable Object storage', casesOnStore(objectTraits, openObjects)),
  ...named('KV store', casesOfStore(kvTraits, openKv)),
  ...onBinding('KV storage', casesOnStore(kvTraits, openKv)),
  ...alarms,
  ...lists,
  ...failures,
  visitCase,
  ...olderApis,
]

/** Answers a request for which a case needs another one. */
export async function serve(request: Request, env: WorkerEnv): Promise<Response> {
  const prefix = new URL(request.url).searchParams.get('count')
  if (prefix === null) return new Response(null, { status: 404 })
  await count(env, prefix)
  return new Response('')
}
