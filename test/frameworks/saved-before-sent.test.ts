import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SessionError, type Session } from 'coatcheck'
import { describeEntries, sessionCookie } from './entries.ts'
import { Visitor } from './visitor.ts'
import { signal, watchedStorage } from './watched-store.ts'

/** Lets everything that is ready run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof SessionError) return error.code
    throw error
  }
  return 'no error'
}

const changes: Record<string, (session: Session) => void> = {
  set: (session) => session.set('a', 2),
  'set to null': (session) => session.set('a', null),
  unset: (session) => session.unset('a'),
  'unset of a missing key': (session) => session.unset('missing'),
  delete: (session) => session.delete('a'),
  update: (session) => session.update('a', (n) => (n ?? 0) + 1),
  flash: (session) => session.flash('a', 'late'),
  'flash taken back': (session) => session.flash('a', null),
  keep: (session) => session.keep('a'),
  reflash: (session) => session.reflash(),
  regenerateId: (session) => session.regenerateId(),
  login: (session) => session.login('ada'),
  persist: (session) => session.persist(true),
  destroy: (session) => session.destroy(),
}

describeEntries('P7 a session is saved before its response is sent', (serveWith) => {
  it('holds the response back until the write is done', async () => {
    const storage = watchedStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      session.set('a', 1)
      return new Response('done')
    })
    const write = storage.hold('write')
    let answered = false
    const response = serve(new Request('https://shop.example/')).finally(() => {
      answered = true
    })
    await write.reached
    await turn()
    assert.equal(answered, false)
    write.release()
    assert.equal(await (await response).text(), 'done')
  })

  it('holds the response of a logout back until the record is gone', async () => {
    const storage = watchedStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, ({ url }, session) => {
      if (url.endsWith('/logout')) session.destroy()
      else session.set('a', 1)
      return new Response()
    })
    const visitor = new Visitor(serve)
    await visitor.get()
    const deletion = storage.hold('delete')
    let answered = false
    const response = visitor.get('/logout').finally(() => {
      answered = true
    })
    await deletion.reached
    await turn()
    assert.equal(answered, false)
    deletion.release()
    await response
  })

  it('a handler that saves by itself still gets its cookie sent', async () => {
    const storage = watchedStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, async (_, session) => {
      const n = session.update('n', (before) => (before ?? 0) + 1)
      await storage.save(session)
      return new Response(String(n))
    })
    const visitor = new Visitor(serve)
    assert.equal(await visitor.text(), '1')
    assert.equal(await visitor.text(), '2')
  })

  it('gives the next request what this one saved', async () => {
    const serve = serveWith(
      { cookie: sessionCookie(), storage: watchedStorage() },
      (_, session) => {
        return new Response(String(session.update('n', (n) => (n ?? 0) + 1)))
      },
    )
    const visitor = new Visitor(serve)
    for (const expected of ['1', '2', '3']) assert.equal(await visitor.text(), expected)
  })

  for (const [name, change] of Object.entries(changes)) {
    it(`${name} after the response throws ERR_SESSION_COMMITTED`, async () => {
      let kept: Session | undefined
      const storage = watchedStorage()
      const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
        kept = session
        session.set('a', 1)
        return new Response()
      })
      await serve(new Request('https://shop.example/'))
      const writes = storage.calls.length
      assert.equal(
        codeOf(() => change(kept!)),
        'ERR_SESSION_COMMITTED',
      )
      assert.equal(storage.calls.length, writes)
    })
  }

  it('a change after the response of a session that nobody changed throws as well', async () => {
    let kept: Session | undefined
    const serve = serveWith(
      { cookie: sessionCookie(), storage: watchedStorage() },
      (_, session) => {
        kept = session
        return new Response()
      },
    )
    await serve(new Request('https://shop.example/'))
    assert.equal(
      codeOf(() => kept!.set('a', 1)),
      'ERR_SESSION_COMMITTED',
    )
  })

  it('a change while the session is being saved throws: nothing would write it', async () => {
    let kept: Session | undefined
    const storage = watchedStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      kept = session
      session.set('a', 1)
      return new Response()
    })
    const write = storage.hold('write')
    const response = serve(new Request('https://shop.example/'))
    await write.reached
    assert.equal(
      codeOf(() => kept!.set('b', 2)),
      'ERR_SESSION_COMMITTED',
    )
    write.release()
    await response
  })

  it('a change from a body that is still streaming throws, and the stream can say so', async () => {
    const outcomes: string[] = []
    const serve = serveWith(
      { cookie: sessionCookie(), storage: watchedStorage() },
      (_, session) => {
        session.set('a', 1)
        const body = new ReadableStream<Uint8Array>(
          {
            pull(controller) {
              outcomes.push(codeOf(() => session.set('late', true)))
              controller.enqueue(new TextEncoder().encode('a chunk'))
              controller.close()
            },
          },
          { highWaterMark: 0 },
        )
        return new Response(body)
      },
    )
    const visitor = new Visitor(serve)
    assert.equal(await visitor.text(), 'a chunk')
    assert.deepEqual(outcomes, ['ERR_SESSION_COMMITTED'])
  })

  it('reading stays possible after the response', async () => {
    const serve = serveWith(
      { cookie: sessionCookie(), storage: watchedStorage() },
      (_, session) => {
        session.set('name', 'Ada')
        const body = new ReadableStream<Uint8Array>(
          {
            pull(controller) {
              controller.enqueue(new TextEncoder().encode(`Hello ${session.get('name')}`))
              controller.close()
            },
          },
          { highWaterMark: 0 },
        )
        return new Response(body)
      },
    )
    assert.equal(await new Visitor(serve).text(), 'Hello Ada')
  })

  it('a flash message can be read while the body streams, and was used up all the same', async () => {
    const serve = serveWith(
      { cookie: sessionCookie(), storage: watchedStorage() },
      (_, session) => {
        const body = new ReadableStream<Uint8Array>(
          {
            pull(controller) {
              controller.enqueue(new TextEncoder().encode(String(session.get('notice'))))
              controller.close()
            },
          },
          { highWaterMark: 0 },
        )
        if (!session.has('notice')) session.flash('notice', 'welcome')
        return new Response(body)
      },
    )
    const visitor = new Visitor(serve)
    assert.equal(await visitor.text(), 'undefined')
    assert.equal(await visitor.text(), 'welcome')
    assert.equal(await visitor.text(), 'undefined')
  })

  it('work that goes on after the handler failed cannot change the session either', async () => {
    const [failed, fail] = signal()
    let kept: Session | undefined
    const serve = serveWith(
      { cookie: sessionCookie(), storage: watchedStorage() },
      (_, session) => {
        kept = session
        fail()
        throw new Error('the kettle boiled over')
      },
    )
    await assert.rejects(serve(new Request('https://shop.example/')), /kettle/)
    await failed
    assert.equal(
      codeOf(() => kept!.destroy()),
      'ERR_SESSION_COMMITTED',
    )
  })

  it('nor can work that goes on after the save failed', async () => {
    let kept: Session | undefined
    const storage = watchedStorage()
    storage.broken.add('write')
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      kept = session
      session.set('a', 1)
      return new Response()
    })
    assert.equal((await serve(new Request('https://shop.example/'))).status, 503)
    assert.equal(
      codeOf(() => kept!.set('b', 1)),
      'ERR_SESSION_COMMITTED',
    )
  })
})
