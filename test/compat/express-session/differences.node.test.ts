/* What express-session itself does otherwise: docs/migrating/express-session.md has the reasons. */
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { describe, it } from 'node:test'
import theirs from 'express-session'
import ours, { type SessionOptions } from 'coatcheck/compat/express-session'
import { called, program, type Middleware, type Visited } from './program.ts'
import { secret, serving, type Answer, type Visitor } from './visitor.ts'

type Handler = Parameters<typeof program>[1]

const usual = { secret, resave: false, saveUninitialized: false }

/** What the same program comes to, with ours and with theirs. */
async function inBoth<Result>(
  options: SessionOptions,
  handler: Handler,
  work: (visitor: Visitor) => Promise<Result>,
): Promise<[ours: Result, theirs: Result]> {
  const all = { ...usual, ...options }
  return [
    await serving(program(ours(all), handler), work),
    await serving(program(theirs(all as theirs.SessionOptions) as Middleware, handler), work),
  ]
}

const arrivals = new EventEmitter()
const arrived = (key: string) => once(arrivals, key)

/** `/set/key` sets a key, and waits at the gate of that name if there is one; `/end` destroys; all show the data. */
function keys(gates: Record<string, Promise<void>> = {}): Handler {
  return async (request, response) => {
    const [, action, key = ''] = request.url!.split('/')
    const { session } = request
    if (action === 'set') session[key] = true
    arrivals.emit(key)
    await gates[key]
    if (action === 'end') await called((done) => session.destroy(done))
    const { cookie: _, ...data } = request.session ?? {}
    response.end(Object.keys(data).sort().join())
  }
}

function barrier(): { wait: Promise<void>; open: () => void } {
  let open!: () => void
  return { wait: new Promise<void>((resolve) => (open = resolve)), open }
}

const cookieOf = ({ setCookies: [first = ''] }: Answer) => first

describe('express-session itself differs, on purpose:', () => {
  it('of requests at the same time, the last to end overwrites the whole session', async () => {
    let slow = barrier()
    const handler: Handler = (request, response) => keys({ slow: slow.wait })(request, response)
    const found = await inBoth({}, handler, async (visitor) => {
      slow = barrier()
      await visitor.send('/set/first')
      const pending = visitor.copy().send('/set/slow')
      // The slow one was there first, and has read the session by now.
      await arrived('slow')
      await visitor.send('/set/fast')
      slow.open()
      await pending
      return (await visitor.send('/')).text
    })
    assert.deepEqual(found, ['fast,first,slow', 'first,slow'])
  })

  it('a slow request writes back what was destroyed', async () => {
    let slow = barrier()
    const handler: Handler = (request, response) => keys({ slow: slow.wait })(request, response)
    const found = await inBoth({}, handler, async (visitor) => {
      slow = barrier()
      await visitor.send('/set/first')
      const thief = visitor.copy()
      const pending = thief.send('/set/slow')
      await arrived('slow')
      await visitor.send('/end')
      slow.open()
      await pending
      return (await thief.send('/')).text
    })
    assert.deepEqual(found, ['', 'first,slow'])
  })

  it('the cookie shows the id to whoever has the cookie', async () => {
    const handler: Handler = (request, response) => {
      request.session.user = 'ada'
      response.end(request.sessionID)
    }
    const found = await inBoth({}, handler, async (visitor) => {
      const answer = await visitor.send('/')
      return [cookieOf(answer).includes(answer.text), /=s%3A/.test(cookieOf(answer))]
    })
    assert.deepEqual(found, [
      [false, false],
      [true, true],
    ])
  })

  it('genid makes the ids', async () => {
    const handler: Handler = (request, response) => response.end(request.sessionID)
    const found = await inBoth({ genid: () => 'mine' }, handler, async (visitor) => {
      return (await visitor.send('/')).text === 'mine'
    })
    assert.deepEqual(found, [false, true])
  })

  it('saveUninitialized gives everybody a session and a cookie', async () => {
    const handler: Handler = (_, response) => response.end()
    const found = await inBoth({ saveUninitialized: true }, handler, async (visitor) => {
      return (await visitor.send('/')).setCookies.length
    })
    assert.deepEqual(found, [0, 1])
  })

  it('save() keeps a session that holds nothing', async () => {
    const handler: Handler = async (request, response) => {
      await called((done) => request.session.save(done))
      const failed = await called((done) => request.session.reload(done)).catch(() => 'failed')
      response.end(String(failed))
    }
    const found = await inBoth({}, handler, async (visitor) => (await visitor.send('/')).text)
    assert.deepEqual(found, ['failed', 'undefined'])
  })

  it('save() writes what has not changed, and a new session without a look at the store', async () => {
    const calls: string[] = []
    const store = () => {
      const made = new theirs.MemoryStore()
      const { get, set } = made
      made.get = (...args) => (calls.push('get'), get.apply(made, args))
      made.set = (...args) => (calls.push('set'), set.apply(made, args))
      return made
    }
    const handler: Handler = async (request, response) => {
      request.session.user = 'ada'
      await called((done) => request.session.save(done))
      response.end()
    }
    const options = { ...usual, store: store() }
    const seen = async (library: typeof ours | typeof theirs) => {
      calls.length = 0
      await serving(program(library(options as never) as Middleware, handler), async (visitor) => {
        await visitor.send('/')
        calls.push('again')
        await visitor.send('/')
      })
      return calls.join(' ')
    }
    assert.equal(await seen(ours), 'get set again get')
    assert.equal(await seen(theirs), 'set again get set')
  })

  it('save() of an object from before regenerate() brings the old session back', async () => {
    const handler: Handler = async (request, response) => {
      const { session } = request
      if (request.url === '/set') session.user = 'ada'
      if (request.url === '/login') {
        await called((done) => session.regenerate(done))
        await called((done) => session.save(done)).catch(() => {})
      }
      response.end(String(session.user))
    }
    const found = await inBoth({}, handler, async (visitor) => {
      await visitor.send('/set')
      const planted = visitor.copy()
      await visitor.send('/login')
      return (await planted.send('/')).text
    })
    assert.deepEqual(found, ['undefined', 'ada'])
  })

  it('destroy() leaves the dead cookie in the browser', async () => {
    const found = await inBoth({}, keys(), async (visitor) => {
      await visitor.send('/set/first')
      return (await visitor.send('/end')).setCookies.length
    })
    assert.deepEqual(found, [1, 0])
  })

  it('an object of one’s own in place of req.session is an error', async () => {
    const handler: Handler = (request, response) => {
      request.session = { user: 'ada' }
      try {
        response.end()
      } catch {
        response.destroy()
      }
    }
    const found = await inBoth({}, handler, (visitor) =>
      visitor.send('/').then(
        ({ status }) => String(status),
        () => 'none',
      ),
    )
    assert.deepEqual(found, ['200', 'none'])
  })

  it('the cookie has no SameSite, and the response says nothing to caches', async () => {
    const found = await inBoth({}, keys(), async (visitor) => {
      const answer = await visitor.send('/set/first')
      const { headers } = answer
      return [
        cookieOf(answer).includes('SameSite'),
        headers.get('vary'),
        headers.get('cache-control'),
      ]
    })
    assert.deepEqual(found, [
      [true, 'Cookie', 'no-store'],
      [false, null, null],
    ])
  })

  it('a page is sent although its session could not be saved', async () => {
    const store = () => {
      const made = new theirs.MemoryStore()
      made.set = (_id, _session, done) => void done?.(new Error('boom'))
      return made
    }
    const answers = await Promise.all([
      serving(program(ours({ ...usual, store: store() }), keys()), (visitor) =>
        visitor.send('/set/first'),
      ),
      serving(program(theirs({ ...usual, store: store() }) as Middleware, keys()), (visitor) =>
        visitor.send('/set/first').catch(() => undefined),
      ),
    ])
    assert.equal(answers[0].status, 503)
    assert.doesNotMatch(answers[0].text, /^first/)
    assert.notEqual(answers[1]?.status, 503)
  })

  it('the headers may leave before the session is saved', async () => {
    const hasLeftEarly = async (library: typeof ours | typeof theirs) => {
      const saving = barrier()
      const store = new theirs.MemoryStore()
      const { set } = store
      store.set = (id, session, done) => {
        void saving.wait.then(() => set.call(store, id, session, done))
      }
      const handler: Handler = (request: Visited, response) => {
        request.session.user = 'ada'
        response.writeHead(302, { location: '/' })
        // Let go whether or not the headers have left.
        setImmediate(() => {
          left = response.headersSent && response.socket!.bytesWritten > 0
          saving.open()
        })
        response.end('moved')
      }
      let left = false
      const middleware = library({ ...usual, store } as never) as Middleware
      await serving(program(middleware, handler), (visitor) => visitor.send('/'))
      return left
    }
    assert.deepEqual([await hasLeftEarly(ours), await hasLeftEarly(theirs)], [false, true])
  })
})
