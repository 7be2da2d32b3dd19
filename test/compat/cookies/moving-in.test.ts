import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CookieImporter, Session, SessionEvent, SessionStorage } from 'coatcheck'
import { remixCookie } from 'coatcheck/compat/cookies'
import { createCookie } from 'coatcheck/cookie'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import { Visitor } from '../../frameworks/visitor.ts'
import {
  ironStorage,
  oldLibraries,
  oldSecret,
  ourSecret,
  pairOf,
  remixMemoryStorage,
} from './old-cookies.ts'

const origin = 'https://shop.example'
const secrets = [ourSecret]
const kinds = {
  memory: createMemorySessionStorage,
  cookie: createCookieSessionStorage,
}
const adaIsHere = '{"user":"ada","notice":null}'
const nobodyIsHere = '{"user":null,"notice":null}'

/** A shop whose pages show what is in the session. */
function openShop(
  storage: SessionStorage,
  accept: CookieImporter[],
  look: (session: Session) => void = () => {},
) {
  const cookie = createCookie('session', { secrets, accept })
  return withSession({ cookie, storage }, ({ url }, session) => {
    look(session)
    const { pathname } = new URL(url)
    if (pathname === '/logout') session.destroy()
    if (pathname === '/set') session.set('more', 1)
    if (pathname === '/fail') throw new Error('this page is broken')
    return Response.json({
      user: session.get('user') ?? null,
      notice: session.get('notice') ?? null,
    })
  })
}

for (const library of oldLibraries) {
  for (const [kind, createStorage] of Object.entries(kinds)) {
    describe(`A cookie of ${library.name} and our ${kind} storage`, () => {
      async function open({
        importer = library.importer(),
        values = { user: 'ada' } as object,
      } = {}) {
        const seen: SessionEvent[] = []
        const storage = createStorage({ onEvent: (event) => seen.push(event) })
        const setCookie = await library.setCookie({ ...values })
        const handles = new Set<string>()
        const shop = openShop(storage, [importer], (session) => handles.add(session.handle))
        const visitor = new Visitor(shop)
        assert.equal(visitor.jar.take(origin, [setCookie]), 1)
        return {
          storage,
          shop,
          /** The shop when the importer was taken out. */
          laterShop: openShop(storage, []),
          visitor,
          old: pairOf(setCookie),
          handles,
          types: () => seen.map(({ type }) => type),
          seen,
        }
      }

      it('brings its session, and is replaced by one of ours', async () => {
        const { visitor, laterShop, old, types } = await open()
        const response = await visitor.get()
        assert.deepEqual(await response.json(), { user: 'ada', notice: null })
        const sent = response.headers.getSetCookie()
        assert.equal(sent.length, 1)
        assert.match(sent[0]!, /; HttpOnly; /)
        assert.notEqual(pairOf(sent[0]!), old)
        assert.deepEqual(types(), ['imported', 'created', 'saved'])

        const later = new Visitor(laterShop, { jar: visitor.jar })
        assert.equal(await later.text(), adaIsHere)
        assert.deepEqual(types().slice(3), ['loaded'])
      })

      it('is worth nothing where it is not accepted', async () => {
        const { laterShop, old, seen } = await open()
        const response = await laterShop(new Request(origin, { headers: { Cookie: old } }))
        assert.equal(await response.text(), nobodyIsHere)
        assert.deepEqual(response.headers.getSetCookie(), [])
        assert.deepEqual(
          seen.map((event) => [event.type, 'reason' in event && event.reason]),
          [['tampered', 'cookie']],
        )
      })

      it('begins a session with an id of ours, that ends as ours do', async () => {
        const { visitor, shop, old, handles, types } = await open()
        await visitor.get()
        await visitor.get()
        assert.equal(handles.size, 1)
        assert.match([...handles][0]!, /^[\w-]{22}$/)
        assert.ok(!old.includes([...handles][0]!))

        const response = await visitor.get('/logout')
        assert.match(response.headers.getSetCookie().join(), /^session=;.*Max-Age=0/)
        assert.equal(visitor.jar.headerFor(origin), null)
        assert.equal(await visitor.text(), nobodyIsHere)
        assert.equal(types().at(-1), 'destroyed')
        assert.equal((await shop(new Request(origin))).headers.getSetCookie().length, 0)
      })

      it('is cleared by a logout that is its first request', async () => {
        const { visitor } = await open()
        const response = await visitor.get('/logout')
        assert.equal(response.headers.getSetCookie().length, 1)
        assert.equal(visitor.jar.headerFor(origin), null)
      })

      it('gives way to ours, whichever comes first', async () => {
        const { visitor, shop, old, types } = await open()
        await visitor.get('/set')
        const ours = visitor.jar.headerFor(origin)!
        const other = pairOf(await library.setCookie({ user: 'eve' }))
        for (const header of [`${old}; ${ours}`, `${ours}; ${other}`]) {
          const response = await shop(new Request(origin, { headers: { Cookie: header } }))
          assert.equal(await response.text(), adaIsHere)
          assert.deepEqual(response.headers.getSetCookie(), [])
        }
        assert.equal(types().filter((type) => type === 'imported').length, 1)
      })

      it('brings nothing if there are two that differ', async () => {
        const { shop, old, seen } = await open()
        const other = pairOf(await library.setCookie({ user: 'eve' }))
        const headers = { Cookie: `${old}; ${other}` }
        const response = await shop(new Request(origin, { headers }))
        assert.equal(await response.text(), nobodyIsHere)
        assert.deepEqual(response.headers.getSetCookie(), [])
        assert.deepEqual(
          seen.map((event) => [event.type, 'reason' in event && event.reason]),
          [['tampered', 'shadowed']],
        )
      })

      it('may come twice, and beside one that is nobody’s', async () => {
        const { shop, old } = await open()
        for (const header of [`${old}; ${old}`, `session=nonsense; ${old}`]) {
          const response = await shop(new Request(origin, { headers: { Cookie: header } }))
          assert.equal(await response.text(), adaIsHere)
        }
      })

      it('is read again when the page failed that should have replaced it', async () => {
        const { visitor, old } = await open()
        await assert.rejects(visitor.get('/fail'), /broken/)
        assert.equal(visitor.jar.headerFor(origin), old)
        assert.equal(await visitor.text(), adaIsHere)
      })

      it('serves two requests at once', async () => {
        const { visitor } = await open()
        const both = await Promise.all([visitor.text('/set'), visitor.text()])
        assert.deepEqual(both, Array(2).fill(adaIsHere))
        assert.equal(await visitor.text(), both[0])
      })

      it('belongs to the user that its values name', async () => {
        const importer = library.importer({ userId: ({ user }) => user })
        const { visitor, seen } = await open({ importer })
        await visitor.get()
        assert.deepEqual(
          seen.map(({ type, userId }) => [type, userId]),
          [
            ['imported', 'ada'],
            ['created', 'ada'],
            ['saved', 'ada'],
          ],
        )
      })

      it('can be of a visitor who was nobody in particular', async () => {
        const importer = library.importer({ userId: ({ user }) => user })
        const { visitor, seen } = await open({ importer, values: { cart: [1] } })
        await visitor.get()
        assert.equal(visitor.jar.headerFor(origin)!.startsWith('session='), true)
        assert.equal(seen[0]!.userId, undefined)
      })

      if (library.flashes) {
        it('brings its flash messages, for one page', async () => {
          const { shop } = await open()
          const visitor = new Visitor(shop)
          const flash = { notice: 'Welcome back' }
          visitor.jar.take(origin, [await library.setCookie({ user: 'ada' }, { flash })])
          await visitor.get('/logo.png', { 'Sec-Fetch-Dest': 'image' })
          assert.equal(await visitor.text(), '{"user":"ada","notice":"Welcome back"}')
          assert.equal(await visitor.text(), adaIsHere)
        })
      }
    })
  }
}

describe('A user who was logged out everywhere', () => {
  const importer = ironStorage.importer({ userId: ({ user }) => user })

  it('is not let in again by an older cookie of another library', async () => {
    const seen: string[] = []
    const storage = createMemorySessionStorage({ onEvent: ({ type }) => seen.push(type) })
    const shop = openShop(storage, [importer])
    const setCookie = await ironStorage.setCookie({ user: 'ada' })
    const [visitor, thief] = [new Visitor(shop), new Visitor(shop)]
    for (const { jar } of [visitor, thief]) jar.take(origin, [setCookie])
    await visitor.get()
    assert.equal((await storage.sessionsOf('ada')).length, 1)

    assert.equal(await storage.revokeAll('ada'), 1)
    assert.equal(await visitor.text(), nobodyIsHere)
    assert.equal(await thief.text(), nobodyIsHere)
    assert.equal(seen.at(-1), 'revoked')
    assert.deepEqual(await storage.sessionsOf('ada'), [])

    const other = new Visitor(shop)
    other.jar.take(origin, [await ironStorage.setCookie({ user: 'grace' })])
    assert.equal(await other.text(), '{"user":"grace","notice":null}')
  })

  it('stays so if that happens while the older cookie is being replaced', async () => {
    const seen: string[] = []
    const storage = createMemorySessionStorage({ onEvent: ({ type }) => seen.push(type) })
    const cookie = createCookie('session', { secrets, accept: [importer] })
    const shop = withSession({ cookie, storage }, async (_, session) => {
      assert.equal(session.userId, 'ada')
      await storage.revokeAll('ada')
      return new Response()
    })
    const visitor = new Visitor(shop)
    visitor.jar.take(origin, [await ironStorage.setCookie({ user: 'ada' })])
    await visitor.get()
    assert.equal(seen.at(-1), 'interrupted')
    assert.deepEqual(await storage.sessionsOf('ada'), [])
  })

  it('is asked about with times that are older than everything, in cookie storage', async () => {
    const asked: object[] = []
    const seen: string[] = []
    const storage = createCookieSessionStorage({
      onEvent: ({ type }) => seen.push(type),
      isRevoked({ handle, ...claims }) {
        asked.push(claims)
        return claims.userId === 'ada' && (claims.authenticatedAt ?? claims.createdAt) < Date.now()
      },
    })
    const visitor = new Visitor(openShop(storage, [importer]))
    visitor.jar.take(origin, [await ironStorage.setCookie({ user: 'ada' })])
    assert.equal(await visitor.text(), nobodyIsHere)
    assert.deepEqual(asked, [
      { userId: 'ada', createdAt: 0, authenticatedAt: undefined, lastUsedAt: 0 },
    ])
    assert.equal(seen.at(-1), 'revoked')
  })

  it('ends an import that is under way, in cookie storage', async () => {
    let isRevoked = false
    const storage = createCookieSessionStorage({ isRevoked: () => isRevoked })
    const imported = { values: { user: 'ada' }, userId: 'ada' }
    const session = await storage.read(null, { imported })
    isRevoked = true
    assert.equal(await storage.save(session), null)
  })
})

describe('A session that is imported', () => {
  for (const [kind, createStorage] of Object.entries(kinds)) {
    it(`has a cookie to clear when it is destroyed at once, in ${kind} storage`, async () => {
      const storage = createStorage()
      const session = await storage.read(null, { imported: { values: { user: 'ada' } } })
      session.destroy()
      assert.equal(await storage.save(session), '')
    })
  }

  it('is not looked for where two of ours disagree', async () => {
    const storage = createMemorySessionStorage()
    const shop = openShop(storage, [ironStorage.importer()])
    const ours = await Promise.all(
      [1, 2].map(async () => {
        const visitor = new Visitor(shop)
        await visitor.get('/set')
        return visitor.jar.headerFor(origin)
      }),
    )
    const old = pairOf(await ironStorage.setCookie({ user: 'ada' }))
    const headers = { Cookie: [...ours, old].join('; ') }
    const response = await shop(new Request(origin, { headers }))
    assert.equal(await response.text(), nobodyIsHere)
  })
})

describe('A cookie that comes twice', () => {
  it('is looked up once', async () => {
    const asked: string[] = []
    const importer = remixCookie({
      secrets: [oldSecret],
      load(id) {
        asked.push(id)
        return { values: { user: 'ada' } }
      },
    })
    const shop = openShop(createMemorySessionStorage(), [importer])
    const pair = pairOf(await remixMemoryStorage.setCookie({ user: 'ada' }))
    const headers = { Cookie: `${pair}; ${pair}` }
    assert.equal(await (await shop(new Request(origin, { headers }))).text(), adaIsHere)
    assert.equal(asked.length, 1)
  })
})

describe('A store that cannot be reached', () => {
  it('is an event of the storage that was to take the session', async () => {
    const failed: string[] = []
    const storage = createMemorySessionStorage({
      onEvent: (event) => event.type === 'store-error' && failed.push(event.operation),
    })
    const load = () => Promise.reject(new Error('ECONNREFUSED'))
    const visitor = new Visitor(openShop(storage, [remixCookie({ secrets: [oldSecret], load })]))
    visitor.jar.take(origin, [await remixMemoryStorage.setCookie({ user: 'ada' })])
    assert.equal((await visitor.get()).status, 503)
    assert.deepEqual(failed, ['read'])
  })

  it('is an error, and leaves the visitor the cookie', async () => {
    let isDown = true
    const importer = remixCookie({
      secrets: [oldSecret],
      async load() {
        if (isDown) throw new Error('ECONNREFUSED')
        return { values: { user: 'ada' } }
      },
    })
    const visitor = new Visitor(openShop(createMemorySessionStorage(), [importer]))
    visitor.jar.take(origin, [await remixMemoryStorage.setCookie({ user: 'ada' })])
    const response = await visitor.get()
    assert.equal(response.status, 503)
    assert.deepEqual(response.headers.getSetCookie(), [])
    isDown = false
    assert.equal(await visitor.text(), adaIsHere)
  })
})
