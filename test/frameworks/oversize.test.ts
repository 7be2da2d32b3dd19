import assert from 'node:assert/strict'
import { it } from 'node:test'
import { CookieSizeError, SessionTooLargeError } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { describeEntries, sessionCookie } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

describeEntries('P9 a session fits or fails loudly', (serveWith) => {
  it('a cookie of over 4096 bytes throws before anything leaves, naming the biggest keys', async () => {
    const storage = createCookieSessionStorage()
    let cancelled = false
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      session.set('small', 1)
      session.set('cart', 'x'.repeat(2000))
      session.set('wishes', 'ö'.repeat(500))
      session.flash('notice', 'y'.repeat(1500))
      return new Response(
        new ReadableStream({
          cancel() {
            cancelled = true
          },
        }),
      )
    })
    const visitor = new Visitor(serve)
    await assert.rejects(visitor.get(), (error) => {
      assert.ok(error instanceof CookieSizeError)
      assert.equal(error.code, 'ERR_SESSION_COOKIE_SIZE')
      assert.equal(error.limit, 4096)
      assert.ok(error.size > 4096)
      assert.deepEqual(error.keys, [
        { key: 'cart', bytes: 2002 },
        { key: 'notice', bytes: 1502 },
        { key: 'wishes', bytes: 1002 },
      ])
      assert.match(error.message, /"cart" \(2002\), "notice" \(1502\), "wishes" \(1002\)/)
      assert.doesNotMatch(error.message, /xxx|yyy|ööö/)
      return true
    })
    assert.equal(cancelled, true)
    assert.equal(visitor.jar.headerFor('https://shop.example/'), null)
  })

  it('a cookie of at most 4096 bytes is sent, and the browser keeps it', async () => {
    const storage = createCookieSessionStorage()
    const serve = serveWith({ cookie: sessionCookie(), storage }, ({ url }, session) => {
      const size = Number(new URL(url).searchParams.get('size'))
      if (size > 0) session.set('filler', 'x'.repeat(size))
      return new Response(String(session.get('filler')?.length))
    })
    let largest = 0
    for (let size = 2500; size < 3200; size += 50) {
      const visitor = new Visitor(serve)
      try {
        await visitor.get(`/?size=${size}`)
      } catch (error) {
        assert.ok(error instanceof CookieSizeError)
        break
      }
      largest = size
      assert.equal(await visitor.text(), String(size))
    }
    assert.ok(largest >= 2700, `only ${largest} bytes of data fit into a cookie`)
  })

  it('a record over maxBytes throws, and nothing is written', async () => {
    const storage = watchedStorage({ maxBytes: 1024 })
    const serve = serveWith({ cookie: sessionCookie(), storage }, (_, session) => {
      session.set('essay', 'x'.repeat(2000))
      return new Response()
    })
    await assert.rejects(new Visitor(serve).get(), (error) => {
      assert.ok(error instanceof SessionTooLargeError)
      assert.equal(error.limit, 1024)
      assert.deepEqual(error.keys, [{ key: 'essay', bytes: 2002 }])
      return true
    })
    assert.deepEqual(storage.calls, [])
    assert.ok(storage.types().includes('oversize'))
  })
})
