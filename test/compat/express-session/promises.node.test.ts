import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import expressSession from 'express-session'
import { createSessionStorage, type SessionStorage } from 'coatcheck'
import { MemoryStore, type SessionOptions } from 'coatcheck/compat/express-session'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { createRevocations } from 'coatcheck/revocations'
import { createGate } from 'coatcheck/testing'
import { called, program, type Visited } from './program.ts'
import { serving, type Visitor } from './visitor.ts'

function gated() {
  const gate = createGate(createMemoryStore())
  return { gate, store: createSessionStorage(gate.store) as SessionStorage }
}

/** `/set/key` sets a key, after the gate of that name was opened if there is one; `/login`, `/logout`, and `/` shows all. */
function app(store: SessionOptions['store'], gates: Record<string, Promise<void>> = {}) {
  return program({ store }, async (request, response) => {
    const { session: held, url = '' } = request
    const key = url.split('/').pop()!
    await gates[key]
    if (url.startsWith('/set/')) held[key] = true
    if (url === '/login') {
      await called((done) => held.regenerate(done))
      request.session.user = 'ada'
    }
    if (url === '/logout') await called((done) => held.destroy(done))
    const { cookie: _, ...data } = request.session ?? {}
    response.end(JSON.stringify(data))
  })
}

const keysOf = async (visitor: Visitor) => Object.keys(await visitor.json('/')).sort()

/** Something to wait for, and to let go. */
function barrier(): { wait: Promise<void>; open: () => void } {
  let open!: () => void
  const wait = new Promise<void>((resolve) => (open = resolve))
  return { wait, open }
}

const stores: [name: string, make: () => SessionOptions['store']][] = [
  ['a storage of ours', () => gated().store],
  ['a store of express-session', () => new expressSession.MemoryStore()],
]

for (const [name, make] of stores) {
  describe(`requests at the same time, over ${name}`, () => {
    it('lose no change: the slow one began first, and ends last', async () => {
      const slow = barrier()
      await serving(app(make(), { slow: slow.wait }), async (visitor) => {
        await visitor.send('/set/first')
        const pending = visitor.copy().send('/set/slow')
        await visitor.send('/set/fast')
        slow.open()
        await pending
        assert.deepEqual(await keysOf(visitor), ['fast', 'first', 'slow'])
      })
    })

    it('lose no change, all twenty of them', () =>
      serving(app(make()), async (visitor) => {
        await visitor.send('/set/first')
        const keys = Array.from({ length: 20 }, (_, n) => `key${n}`)
        await Promise.all(keys.map((key) => visitor.copy().send(`/set/${key}`)))
        assert.deepEqual(await keysOf(visitor), ['first', ...keys].sort())
      }))

    for (const way of ['/logout', '/login']) {
      it(`a slow one brings nothing back after ${way}`, async () => {
        const slow = barrier()
        await serving(app(make(), { slow: slow.wait }), async (visitor) => {
          await visitor.send('/set/first')
          const old = visitor.copy()
          const pending = old.send('/set/slow')
          await visitor.send(way)
          slow.open()
          const { setCookies } = await pending
          assert.deepEqual(setCookies, [])
          assert.deepEqual(await keysOf(old), [])
          assert.deepEqual(await keysOf(visitor), way === '/login' ? ['user'] : [])
        })
      })
    }
  })
}

describe('a response', () => {
  it('does not leave before the session is saved, whoever sends it', async () => {
    const { gate, store } = gated()
    await serving(
      program({ store }, (request, response) => {
        request.session.user = 'ada'
        response.writeHead(302, { location: '/' })
        response.end()
      }),
      async (visitor) => {
        const held = gate.hold('write')
        let hasLeft = false
        const pending = visitor.send('/').then(() => (hasLeft = true))
        await held.reached
        await new Promise((resolve) => setImmediate(resolve))
        assert.equal(hasLeft, false)
        held.release()
        await pending
      },
    )
  })

  it('to HEAD carries the cookie as well', () =>
    serving(
      program({}, (request, response) => {
        request.session.user = 'ada'
        response.end('a body that HEAD does not get')
      }),
      async (visitor) => {
        const { setCookies, text } = await visitor.send('/', { method: 'HEAD' })
        assert.deepEqual([setCookies.length, text], [1, ''])
      },
    ))

  it('that is an error page has its session saved, as in express-session', () =>
    serving(
      program({}, (request) => {
        request.session.tries = (request.session.tries ?? 0) + 1
        throw new Error(`try ${request.session.tries}`)
      }),
      async (visitor) => {
        await visitor.send('/')
        assert.match((await visitor.send('/')).text, /try 2/)
      },
    ))

  it('that was begun before its handler ended still has all changes saved before its end', () =>
    serving(
      program({}, (request, response) => {
        if (request.url !== '/stream') return response.end(JSON.stringify(request.session))
        request.session.started = true
        response.write('one ')
        setImmediate(() => {
          request.session.ended = true
          response.end('two')
        })
      }),
      async (visitor) => {
        assert.equal((await visitor.send('/stream')).text, 'one two')
        const { started, ended } = await visitor.json('/')
        assert.deepEqual([started, ended], [true, true])
      },
    ))
})

describe('after the response', () => {
  /** Answers at once, and goes on with `work`. */
  async function goingOn(
    store: SessionOptions['store'],
    work: (request: Visited, visitor: Visitor) => Promise<void>,
  ): Promise<any> {
    let request!: Visited
    const listener = program({ store }, (visited, response) => {
      if (visited.url === '/end') visited.session.destroy()
      if (visited.url === '/set') {
        request = visited
        visited.session.user = 'ada'
      }
      response.end(JSON.stringify(visited.session ?? {}))
    })
    return serving(listener, async (visitor) => {
      await visitor.send('/set')
      await work(request, visitor)
      return visitor.json('/')
    })
  }

  it('save() still saves, as sockets and jobs have it, and keeps what others changed', async () => {
    const found = await goingOn(gated().store, async (request, visitor) => {
      request.session.progress = 50
      await called((done) => request.session.save(done))
      await called((done) => request.session.reload(done))
      request.session.progress++
      await called((done) => request.session.save(done))
      assert.equal((await visitor.json('/')).progress, 51)
    })
    assert.equal(found.user, 'ada')
  })

  it('save() brings no session back that has ended', async () => {
    const found = await goingOn(gated().store, async (request, visitor) => {
      const copy = visitor.copy()
      await copy.send('/end')
      request.session.progress = 50
      await assert.rejects(
        called((done) => request.session.save(done)),
        { code: 'ERR_SESSION_DESTROYED' },
      )
    })
    assert.deepEqual(found.user, undefined)
  })

  it('save() says that it is too late where the cookie is the session', async () => {
    const revocations = createRevocations({ store: createMemoryStore() })
    for (const options of [{}, { revocations }]) {
      await goingOn(createCookieSessionStorage(options), async (request) => {
        request.session.progress = 50
        await assert.rejects(
          called((done) => request.session.save(done)),
          { code: 'ERR_SESSION_COMMITTED' },
        )
      })
    }
  })
})

describe('a store that fails', () => {
  it('is a 503 when the session is read: nobody becomes a stranger', async () => {
    const { gate, store } = gated()
    await serving(app(store), async (visitor) => {
      await visitor.send('/set/first')
      gate.fail('read', new Error('boom'))
      const { status, setCookies, text } = await visitor.send('/')
      assert.deepEqual([status, setCookies], [503, []])
      assert.match(text, /ERR_SESSION_STORE/)
      assert.deepEqual(await keysOf(visitor), ['first'])
    })
  })

  it('is a 503 when the session is saved, in place of the page', async () => {
    const { gate, store } = gated()
    await serving(app(store), async (visitor) => {
      gate.fail('write', new Error('boom'))
      const { status, setCookies, text } = await visitor.send('/set/first')
      assert.deepEqual([status, setCookies], [503, []])
      assert.doesNotMatch(text, /first/)
    })
  })

  it('is told to the callbacks', async () => {
    const { gate, store } = gated()
    const listener = program({ store }, async (request, response) => {
      if (request.url === '/set') request.session.user = 'ada'
      if (request.url !== '/fail') return response.end()
      request.session.user = 'eve'
      gate.fail('write', new Error('boom'))
      const saved = await called((done) => request.session.save(done)).catch((error) => error)
      gate.fail('read', new Error('boom'))
      const reloaded = await called((done) => request.session.reload(done)).catch((error) => error)
      gate.fail('delete', new Error('boom'))
      const ended = await called((done) => request.session.destroy(done)).catch((error) => error)
      response.end([saved, reloaded, ended].map(({ code }) => code).join())
    })
    await serving(listener, async (visitor) => {
      await visitor.send('/set')
      const { text, setCookies } = await visitor.send('/fail')
      assert.equal(text, Array.from({ length: 3 }, () => 'ERR_SESSION_STORE').join())
      // The response tries once more, and a logout is a logout.
      assert.match(setCookies.join(), /Max-Age=0/)
    })
  })

  it('that says it is disconnected is not asked: requests have no session then', () => {
    const store = new MemoryStore()
    const listener = program({ store }, (request, response) => {
      response.end(String(request.session))
    })
    return serving(listener, async (visitor) => {
      store.emit('disconnect')
      assert.equal((await visitor.send('/')).text, 'undefined')
      store.emit('connect')
      assert.equal((await visitor.send('/')).text, '[object Object]')
    })
  })
})

describe('an id', () => {
  it('that the app puts in place of ours, and is none, leaves the session unsaved', () =>
    serving(
      program({}, (request, response) => {
        request.session.user = 'ada'
        request.sessionID = () => 'no id'
        response.end()
      }),
      async (visitor) => assert.deepEqual((await visitor.send('/')).setCookies, []),
    ))

  it('is never the one of genid, nor one that a visitor brought', () => {
    let calls = 0
    const genid = () => `mine-${++calls}`
    const listener = program({ genid }, (request, response) => {
      request.session.user = 'ada'
      response.end(request.sessionID)
    })
    return serving(listener, async (visitor) => {
      visitor.cookie = 'connect.sid=s%3Aplanted.c2lnbmF0dXJl'
      assert.match((await visitor.send('/')).text, /^[\w-]{22}\.[\w-]{43}$/)
      assert.equal(calls, 0)
    })
  })
})
