import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createCookie as createOurCookie } from 'coatcheck/cookie'
import {
  createCookie,
  createCookieSessionStorage,
  createFileSessionStorage,
  createMemorySessionStorage,
  createSessionStorage,
  toReactRouterStorage,
} from 'coatcheck/compat/react-router'
import { createMemorySessionStorage as createCoreStorage } from 'coatcheck/memory-storage'
import * as reactRouter from 'react-router'
import { temporaryFolder } from '../../storages/temporary-folder.ts'
import { secrets, tableStrategy } from './kinds.ts'

/** What the work printed as warnings. */
function warnings(work: () => void): string[] {
  const printed: string[] = []
  const { warn } = console
  console.warn = (message: unknown) => printed.push(String(message))
  try {
    work()
  } finally {
    console.warn = warn
  }
  return printed
}

describe('warnings', () => {
  const makers: [string, (name: string) => void][] = [
    ['cookie', (name) => createCookieSessionStorage({ cookie: { name } })],
    ['memory', (name) => createMemorySessionStorage({ cookie: { name } })],
    ['file', (name) => createFileSessionStorage({ cookie: { name }, dir: temporaryFolder() })],
    ['strategy', (name) => createSessionStorage({ cookie: { name }, ...tableStrategy().strategy })],
    ['any storage', (name) => toReactRouterStorage({ name }, createCoreStorage())],
    ['our cookie', (name) => createMemorySessionStorage({ cookie: createCookie(name) })],
    [
      'a cookie of the core',
      (name) => createMemorySessionStorage({ cookie: createOurCookie(name) }),
    ],
    [
      'a cookie of React Router',
      (name) => createMemorySessionStorage({ cookie: reactRouter.createCookie(name) }),
    ],
  ]

  it('of a cookie that outlives the sessions of a storage that was not told how long these live', () => {
    const month = { secrets, maxAge: 30 * 86_400 }
    const printed = warnings(() => {
      for (let n = 0; n < 2; n++) {
        toReactRouterStorage({ name: 'month', ...month }, createCoreStorage())
      }
      toReactRouterStorage(createOurCookie('long', month), createCoreStorage())
      toReactRouterStorage(createCookie('older', month), createCoreStorage())
    })
    assert.equal(printed.length, 3, printed.join())
    for (const [n, name] of ['month', 'long', 'older'].entries()) {
      assert.match(printed[n]!, new RegExp(`maxAge of cookie "${name}": set idleTimeout`))
    }
    const none = warnings(() => {
      toReactRouterStorage({ name: 'told', ...month }, createCoreStorage({ idleTimeout: 3600 }))
      toReactRouterStorage({ name: 'day', secrets, maxAge: 86_400 }, createCoreStorage())
      createMemorySessionStorage({ cookie: { name: 'own', ...month } })
    })
    assert.deepEqual(none, [])
  })

  for (const [kind, make] of makers) {
    it(`of a session cookie without secrets come once for each cookie (${kind})`, () => {
      const name = `unsigned-${kind.replace(/ /g, '-')}`
      const printed = warnings(() => {
        make(name)
        make(name)
      })
      assert.equal(printed.length, 1)
      assert.match(printed[0]!, new RegExp(`cookie "${name}" has no secrets`))
      assert.equal(warnings(() => make(`${name}-2`)).length, 1)
    })
  }

  it('of a cookie without secrets come for sessions only', () => {
    assert.deepEqual(
      warnings(() => createCookie('prefs')),
      [],
    )
  })

  it('of a fixed expires come once for each cookie', () => {
    const expires = new Date('2040-01-01T00:00:00Z')
    const made = [
      (name: string) => createCookie(name, { expires, secrets }),
      (name: string) => createCookieSessionStorage({ cookie: { name, expires, secrets } }),
      (name: string) =>
        createMemorySessionStorage({ cookie: createCookie(name, { expires, secrets }) }),
    ]
    made.forEach((make, index) => {
      const name = `dated-${index}`
      const printed = warnings(() => {
        make(name)
        make(name)
      })
      assert.equal(printed.length, 1)
      assert.match(printed[0]!, new RegExp(`cookie "${name}" has a fixed "expires"`))
    })
    assert.equal(warnings(() => createCookie('dated-too', { expires })).length, 1)
  })

  it('do not come where there is nothing to warn of', () => {
    const printed = warnings(() => {
      createCookie('quiet', { secrets, maxAge: 60 })
      createCookieSessionStorage({ cookie: { name: 'quiet', secrets, maxAge: 60 } })
      createMemorySessionStorage({ cookie: createOurCookie('quiet', { secrets }) })
      createMemorySessionStorage({ cookie: reactRouter.createCookie('quiet', { secrets }) })
    })
    assert.deepEqual(printed, [])
  })
})
