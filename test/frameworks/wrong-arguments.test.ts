import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type SessionStore } from 'coatcheck'
import { createVisits } from 'coatcheck/adapter'
import { createCookie } from 'coatcheck/cookie'
import { withSession } from 'coatcheck/fetch'
import { createMemorySessionStorage } from 'coatcheck/memory-storage'

/* What TypeScript would refuse, in words for those who do without it. */
const cookie = createCookie('__Host-session', { secrets: ['f3TgkE0vUe8m1H6Yq4xZr7Ls2wNc9bPd'] })
const storage = createMemorySessionStorage()
const answer = () => new Response()

describe('what is wrong is said in words', () => {
  it('when the handler is missing', () => {
    refused(() => withSession({ cookie, storage }, undefined as never), /takes the handler second/)
  })

  it('when the storage was not awaited', () => {
    const promised = Promise.resolve(storage) as never
    refused(() => withSession({ cookie, storage: promised }, answer), /promise: write `await`/)
  })

  it('when a storage, a promise or anything else is given for a store', () => {
    refused(() => createSessionStorage(storage as never), /This is a storage already/)
    refused(() => createSessionStorage(Promise.resolve() as never), /promise: write `await`/)
    for (const wrong of [{}, undefined, null, 'redis://localhost']) {
      refused(
        () => createSessionStorage(wrong as never),
        /must have read\(\), write\(\) and delete\(\)/,
      )
    }
  })

  it('when a store has its methods in a prototype, nothing is', () => {
    class Store implements SessionStore {
      async read() {
        return undefined
      }
      async write() {
        return '1'
      }
      async delete() {}
    }
    assert.ok(createSessionStorage(new Store()))
  })

  it('when an adapter of others hands on an option of another kind', () => {
    const make = (options: object) => createVisits(cookie, storage, options)
    refused(() => make({ check: {} }), /option check must be made by createSessionCheck\(\)/)
    refused(() => make({ check: () => 'keep' }), /option check must be made by/)
    refused(() => make({ noStore: 'yes' }), /option noStore must be a boolean/)
    refused(() => make({ touch: 'page' }), /option touch must be 'pages' or a function/)
    // What is not of visits is the adapter's own.
    assert.ok(make({ property: 'admin', noStore: true, check: undefined }))
  })

  it('when the request is none of the Fetch API', async () => {
    const served = withSession({ cookie, storage }, answer)
    const ofNode = { headers: { cookie: 'a=b' }, method: 'GET', url: '/', socket: {} }
    const ofHono = { req: { raw: new Request('http://shop.example/') } }
    const ofRouter = { request: new Request('http://shop.example/') }
    for (const [wrong, words] of [
      [ofNode, /Node's request: createRequestListener\(\)/],
      [ofHono, /Hono: pass c\.req\.raw/],
      [ofRouter, /pass context\.request/],
      [undefined, /of the type undefined/],
      ['/', /of the type string/],
    ] as const) {
      await assert.rejects(served(wrong as never), { code: 'ERR_SESSION_CONFIG', message: words })
    }
  })

  it('when the handler returns something else', async () => {
    for (const [wrong, words] of [
      [undefined, /not undefined$/],
      [null, /not null$/],
      ['secret', /not string$/],
      [{ secret: 1 }, /not an object \(Object\)$/],
      [new URL('http://shop.example/'), /not an object \(URL\)$/],
    ] as const) {
      const served = withSession({ cookie, storage }, () => wrong as never)
      await assert.rejects(served(new Request('http://shop.example/')), {
        code: 'ERR_SESSION_RESPONSE',
        message: words,
      })
    }
  })
})

function refused(make: () => unknown, message: RegExp): void {
  assert.throws(make, { code: 'ERR_SESSION_CONFIG', message })
}
