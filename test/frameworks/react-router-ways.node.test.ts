import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { data, redirect, type LoaderFunctionArgs } from 'react-router'
import { session, sessionContext } from 'coatcheck/react-router'
import { reactRouterApp, type RouteModule } from './parts/react-router-app.ts'
import { sessionCookie, setCookies } from './entries.ts'
import { Visitor } from './visitor.ts'
import { watchedStorage } from './watched-store.ts'

function app(modules: Record<string, RouteModule>) {
  const storage = watchedStorage()
  const errors: unknown[] = []
  const look: RouteModule = {
    loader: ({ context }) => Response.json([context.get(sessionContext).get('name') ?? null]),
  }
  const all = { ...modules, '/look': look }
  const serve = reactRouterApp([session(sessionCookie(), storage)], all, (error) => {
    errors.push(error)
  })
  return { storage, errors, visitor: new Visitor(serve) }
}

/** A page whose loader and action set a name and then do this. */
const page = (end: () => unknown): RouteModule => {
  const answer = ({ context }: LoaderFunctionArgs) => {
    context.get(sessionContext).set('name', 'Ada')
    return end()
  }
  return { loader: answer, action: answer, default: () => null }
}

const mistake = () => {
  throw new Error('a mistake in the app')
}

describe('sessions in React Router', () => {
  for (const [kind, suffix] of [
    ['a page', ''],
    ['a request for data', '.data'],
  ] as const) {
    it(`are saved by ${kind} that answers, redirects, or throws a response`, async () => {
      const { visitor } = app({
        '/page': page(() => ({ a: 1 })),
        '/redirect': page(() => {
          throw redirect('/look')
        }),
        '/missing': page(() => {
          throw data('no such thing', { status: 404 })
        }),
      })
      for (const path of ['/page', '/redirect', '/missing']) {
        const guest = visitor.copy()
        const response = await guest.get(path + suffix)
        assert.equal(setCookies(response).length, 1, path)
        assert.equal(await guest.text('/look'), '["Ada"]')
      }
    })

    it(`are not saved by ${kind} that fails`, async () => {
      const { visitor, errors } = app({ '/page': page(mistake) })
      const response = await visitor.get(`/page${suffix}`)
      assert.equal(response.status, 500)
      assert.equal(setCookies(response).length, 0)
      assert.equal(await visitor.text('/look'), '[null]')
      assert.equal(errors.length, 1)
    })

    it(`give an error of the store to ${kind} and to handleError, with status 503`, async () => {
      const { storage, visitor, errors } = app({ '/page': page(() => ({ a: 1 })) })
      await visitor.get('/page')
      for (const operation of ['read', 'write'] as const) {
        storage.broken.add(operation)
        const response = await visitor.get(`/page${suffix}`)
        storage.broken.clear()
        assert.equal(response.status, 503)
        assert.deepEqual(response.headers.getSetCookie(), [])
        const text = await response.text()
        assert.doesNotMatch(text, /on fire/)
        assert.match(text, /Service Unavailable/)
      }
      const codes = errors.map((error) => (error as { error: { code: string } }).error.code)
      assert.deepEqual(codes, ['ERR_SESSION_STORE', 'ERR_SESSION_STORE'])
    })
  }
})
