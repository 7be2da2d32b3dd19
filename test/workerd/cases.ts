import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage, createMemoryStore } from 'coatcheck/memory-storage'
import {
  applies,
  fakeClock,
  runCase,
  storageCases,
  storageFixture,
  storeCases,
  storelessFixture,
  traitsOf,
  type StorageFixture,
  type StoreFixture,
} from 'coatcheck/testing'
import { cases as olderApis } from './older-apis.ts'

interface WorkerCase {
  name: string
  run(): Promise<void>
}

function memoryFixture(): StoreFixture {
  const clock = fakeClock()
  return { store: createMemoryStore({ now: () => clock.now() }), clock }
}

const storages: Record<string, () => StorageFixture> = {
  memory: () => storageFixture(memoryFixture()),
  cookie: () => storelessFixture((options) => createCookieSessionStorage(options)),
}

const traits = traitsOf(memoryFixture().store)

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

export const cases: WorkerCase[] = [
  ...storeCases
    .filter((one) => applies(one, traits))
    .map((one) => ({ name: `memory store: ${one.name}`, run: () => runCase(one, memoryFixture) })),
  ...Object.entries(storages).flatMap(([name, makeFixture]) =>
    storageCases
      .filter((one) => applies(one, makeFixture().traits))
      .map((one) => ({
        name: `${name} storage: ${one.name}`,
        run: () => runCase(one, makeFixture),
      })),
  ),
  visitCase,
  ...olderApis,
]
