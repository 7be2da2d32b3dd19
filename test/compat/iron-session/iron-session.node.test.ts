import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import {
  getIronSession,
  type IronSession,
  type SessionOptions,
} from 'coatcheck/compat/iron-session'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'
import * as eight from 'iron-session'
import * as nine from 'iron-session-9'
import { listening } from '../../frameworks/parts/server.ts'

const password = 'what only these tests have as a password: 7Q'
interface Data {
  userId?: string
  visits?: number
  cart?: string[]
  theme?: string
}
type Act = (session: IronSession<Data>) => unknown

/** A visitor of an app of the Fetch API. */
class Visitor {
  cookie: string | undefined
  readonly options: SessionOptions
  readonly library: typeof getIronSession

  constructor(options: Partial<SessionOptions> = {}, library: unknown = getIronSession) {
    this.options = { cookieName: 'app', password, ...options }
    this.library = library as typeof getIronSession
  }

  copy(): Visitor {
    return Object.assign(new Visitor(this.options, this.library), { cookie: this.cookie })
  }

  async visit(act: Act): Promise<Response> {
    const headers: HeadersInit = this.cookie === undefined ? {} : { cookie: this.cookie }
    const request = new Request('https://example.com/', { headers })
    const response = new Response()
    await act(await this.library<Data>(request, response, this.options))
    this.keep(response.headers.getSetCookie())
    return response
  }

  keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair] = line.split(';')
      this.cookie = /max-age=0/i.test(line) ? undefined : pair
    }
  }

  async look(): Promise<Data> {
    let data: Data = {}
    await this.visit((session) => (data = { ...session }))
    return data
  }
}

const add = (session: Data) => (session.visits = (session.visits ?? 0) + 1)

for (const [name, library] of Object.entries({
  'iron-session 8': eight.getIronSession as typeof getIronSession,
  'iron-session 9': nine.getIronSession as unknown as typeof getIronSession,
  'coatcheck/compat/iron-session': getIronSession,
})) {
  describe(`a program for iron-session over ${name}`, () => {
    it('finds what it saved, and nothing that it did not save', async () => {
      const visitor = new Visitor({}, library)
      await visitor.visit(async (session) => {
        add(session)
        session.cart = ['scarf']
        await session.save()
        session.theme = 'dark'
      })
      assert.deepEqual(await visitor.look(), { visits: 1, cart: ['scarf'] })
    })

    it('sees data as properties, and methods as none', async () => {
      const visitor = new Visitor({}, library)
      await visitor.visit((session) => {
        session.userId = 'ada'
        assert.deepEqual(Object.keys(session), ['userId'])
        assert.equal(JSON.stringify(session), '{"userId":"ada"}')
        assert.equal(typeof session.updateConfig, 'function')
      })
    })

    it('keeps what was changed in place, and forgets what was deleted', async () => {
      const visitor = new Visitor({}, library)
      await visitor.visit(async (session) => {
        Object.assign(session, { cart: ['scarf'], theme: 'dark' })
        await session.save()
      })
      await visitor.visit(async (session) => {
        session.cart!.push('hat')
        delete session.theme
        await session.save()
      })
      assert.deepEqual(await visitor.look(), { cart: ['scarf', 'hat'] })
    })

    it('saves twice in one request, and the last cookie counts', async () => {
      const visitor = new Visitor({}, library)
      await visitor.visit(async (session) => {
        add(session)
        await session.save()
        add(session)
        await session.save()
      })
      assert.deepEqual(await visitor.look(), { visits: 2 })
    })

    it('is empty after destroy(), and so is the browser', async () => {
      const visitor = new Visitor({}, library)
      await visitor.visit(async (session) => {
        add(session)
        await session.save()
      })
      const response = await visitor.visit(async (session) => {
        await session.destroy()
        assert.deepEqual({ ...session }, {})
      })
      assert.equal(visitor.cookie, undefined)
      assert.match(response.headers.getSetCookie().at(-1)!, /^app=;.*Max-Age=0/)
    })

    it('sets a cookie that ends a minute before the session, or with the browser', async () => {
      const lineOf = async (options: Partial<SessionOptions>) => {
        const response = await new Visitor(options, library).visit((session) => session.save())
        return response.headers.getSetCookie().at(-1)!
      }
      assert.match(await lineOf({}), /Max-Age=1209540/)
      assert.match(await lineOf({ ttl: 600 }), /Max-Age=540/)
      assert.doesNotMatch(await lineOf({ cookieOptions: { maxAge: undefined } }), /Max-Age/)
      const line = await lineOf({ cookieOptions: { sameSite: 'strict', path: '/app' } })
      assert.match(line, /; Path=\/app/)
      assert.match(line, /; SameSite=Strict/)
      assert.match(line, /; HttpOnly/)
      assert.match(line, /; Secure/)
    })

    it('works on requests of Node, and on a store of cookies', async () => {
      const server = await listening(
        createServer(async (request: IncomingMessage, response: ServerResponse) => {
          const options = { cookieName: 'app', password }
          const session = await library<Data>(request, response, options)
          add(session)
          await session.save()
          response.end(String(session.visits))
        }),
      )
      const first = await fetch(server.origin)
      const [cookie] = first.headers.getSetCookie().at(-1)!.split(';')
      const second = await fetch(server.origin, { headers: { cookie: cookie! } })
      assert.equal(await second.text(), '2')
      await server.close()

      const jar = new Map<string, string>([cookie!.split('=') as [string, string]])
      const attributes: object[] = []
      const store = {
        get: (key: string) => (jar.has(key) ? { name: key, value: jar.get(key)! } : undefined),
        set(key: string, value: string, given: object) {
          attributes.push(given)
          jar.set(key, value)
        },
      }
      const session = await library<Data>(store, { cookieName: 'app', password })
      assert.equal(add(session), 2)
      await session.save()
      const { httpOnly, secure, sameSite, path, maxAge } = attributes[0] as Record<string, unknown>
      assert.deepEqual(
        { httpOnly, secure, sameSite, path, maxAge },
        { httpOnly: true, secure: true, sameSite: 'lax', path: '/', maxAge: 1_209_540 },
      )
    })
  })
}

describe('cookies of iron-session', () => {
  for (const [name, library] of [
    ['8', eight.getIronSession],
    ['9', nine.getIronSession],
  ] as const) {
    it(`of version ${name} are read, also under an older password, and replaced by a save`, async () => {
      const visitor = new Visitor({}, library)
      await visitor.visit(async (session) => {
        session.userId = 'ada'
        await session.save()
      })
      const now = { 1: password, 2: 'another password of these tests, newer: k4N' }
      const moved = new Visitor({ password: now })
      moved.cookie = visitor.cookie
      assert.deepEqual(await moved.look(), { userId: 'ada' })
      await moved.visit((session) => session.save())
      assert.notEqual(moved.cookie, visitor.cookie)
      assert.deepEqual(await moved.look(), { userId: 'ada' })
    })
  }
})

describe('what iron-session cannot do', () => {
  const open = () => {
    const storage = createMemorySessionStorage()
    return { storage, visitor: new Visitor({ storage, userId: (data) => data['userId'] }) }
  }

  it('a second session of the same request knows what the first has saved', async () => {
    const visitor = new Visitor()
    const request = new Request('https://example.com/')
    for (const key of ['theme', 'userId'] as const) {
      const response = new Response()
      const session = await getIronSession<Data>(request, response, visitor.options)
      session[key] = key
      await session.save()
      visitor.keep(response.headers.getSetCookie())
    }
    assert.deepEqual(await visitor.look(), { theme: 'theme', userId: 'userId' })
  })

  it('on a server, requests at the same time keep each other’s changes', async () => {
    const { visitor } = open()
    await visitor.visit((session) => session.save())
    await visitor.copy().visit((first) =>
      visitor.copy().visit(async (second) => {
        first.theme = 'dark'
        second.cart = ['hat']
        await Promise.all([first.save(), second.save()])
      }),
    )
    assert.deepEqual(await visitor.look(), { theme: 'dark', cart: ['hat'] })
  })

  it('on a server, a copied cookie is worth nothing after the logout, nor after the login', async () => {
    const { visitor, storage } = open()
    await visitor.visit((session) => {
      session.cart = ['scarf']
      return session.save()
    })
    const planted = visitor.copy()
    await visitor.visit((session) => {
      session.userId = 'ada'
      return session.save()
    })
    assert.deepEqual(await planted.look(), {})
    assert.deepEqual(await visitor.look(), { cart: ['scarf'], userId: 'ada' })
    assert.equal((await storage.sessionsOf('ada')).length, 1)
    const thief = visitor.copy()
    await visitor.visit((session) => session.destroy())
    assert.deepEqual(await thief.look(), {})
  })

  it('on a server, a session that ended while a request ran does not come back with its save', async () => {
    const { visitor, storage } = open()
    await visitor.visit((session) => {
      session.userId = 'ada'
      return session.save()
    })
    const thief = visitor.copy()
    await thief.visit(async (session) => {
      await storage.revokeAll('ada')
      session.theme = 'dark'
      await session.save()
    })
    assert.deepEqual(await thief.look(), {})
  })

  it('another user gets another session, with what the app has put into it', async () => {
    const { visitor, storage } = open()
    await visitor.visit((session) => {
      Object.assign(session, { userId: 'ada', theme: 'dark' })
      return session.save()
    })
    const before = visitor.copy()
    await visitor.visit((session) => {
      session.userId = 'grace'
      return session.save()
    })
    assert.deepEqual(await visitor.look(), { userId: 'grace', theme: 'dark' })
    assert.deepEqual(await before.look(), {})
    assert.equal((await storage.sessionsOf('ada')).length, 0)
  })

  it('after destroy(), what is saved is a new session', async () => {
    const { visitor } = open()
    await visitor.visit((session) => {
      session.userId = 'ada'
      return session.save()
    })
    const thief = visitor.copy()
    await visitor.visit(async (session) => {
      void session.destroy()
      session.theme = 'dark'
      await session.save()
    })
    assert.deepEqual(await visitor.look(), { theme: 'dark' })
    assert.deepEqual(await thief.look(), {})
  })

  it('a cookie that somebody else has planted keeps nobody from logging in, and its session ends', async () => {
    const { visitor } = open()
    const attacker = visitor.copy()
    for (const [one, theme] of [
      [visitor, 'mine'],
      [attacker, 'planted'],
    ] as const) {
      await one.visit((session) => {
        session.theme = theme
        return session.save()
      })
    }
    const crowded = visitor.copy()
    crowded.cookie = `${attacker.cookie}; ${visitor.cookie}`
    assert.deepEqual(await crowded.look(), {})
    const response = await crowded.visit((session) => {
      session.userId = 'ada'
      return session.save()
    })
    const lines = response.headers.getSetCookie()
    assert.ok(lines.some((line) => /^app=; .*Domain=example\.com.*Max-Age=0/.test(line)))
    assert.match(lines.at(-1)!, /^app=\w/)
    assert.deepEqual(await crowded.look(), { userId: 'ada' })
    assert.deepEqual(await attacker.look(), {})
  })

  it('a logout clears the cookie also where somebody else has planted one', async () => {
    const { visitor } = open()
    const attacker = visitor.copy()
    for (const one of [visitor, attacker]) await one.visit((session) => session.save())
    const crowded = visitor.copy()
    crowded.cookie = `${attacker.cookie}; ${visitor.cookie}`
    const response = await crowded.visit((session) => session.destroy())
    const lines = response.headers.getSetCookie()
    assert.ok(lines.length > 1 && lines.every((line) => /^app=;.*Max-Age=0/.test(line)))
    await crowded.visit((session) => {
      session.theme = 'dark'
      return session.save()
    })
    assert.deepEqual(await crowded.look(), { theme: 'dark' })
  })

  it('a save or a logout after the response has left throws', async () => {
    const codes: unknown[] = []
    const server = await listening(
      createServer(async (request, response) => {
        const session = await getIronSession<Data>(request, response, {
          cookieName: 'app',
          password,
        })
        response.end()
        await session.save().catch((error: { code: string }) => codes.push(error.code))
        try {
          void session.destroy()
        } catch (error) {
          codes.push((error as { code: string }).code)
        }
      }),
    )
    await (await fetch(server.origin)).text()
    await server.close()
    assert.deepEqual(codes, ['ERR_SESSION_COMMITTED', 'ERR_SESSION_COMMITTED'])
  })
})
