import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SessionStorage } from 'coatcheck/compat/react-router'
import * as reactRouter from 'react-router'
import { kinds, secrets, seen, sentBack, visit } from './kinds.ts'

/*
 * What is done under one name, and what is seen. `|` commits and goes on to the next request, `/` goes
 * on without a commit. `get` and `has` show what they return, `-` is undefined.
 */
const table: [steps: string, shown: string, why: string][] = [
  ['flash=m get get', 'm -', 'visible in the request that left it, once'],
  ['flash=m has has get has', 'yes yes m no', 'not used up by has()'],
  ['flash=m | get get', 'm -', 'visible in the next request, once'],
  ['flash=m | get | get', 'm -', 'gone once a request that read it commits'],
  ['flash=m | get / get | get', 'm m -', 'shown again when who read it did not commit'],
  ['flash=m / get', '-', 'never there without a commit'],
  ['flash=m | | | / get', 'm', 'kept until somebody reads it'],
  ['flash=m | has | has get', 'yes yes m', 'kept by a request that only asks for it'],
  ['flash=m get | has get', 'm no -', 'used up by the request that left it'],
  ['flash=a flash=b get get', 'b -', 'replaced by a second one'],
  ['flash=a | flash=b | get get', 'b -', 'replaced by a later request'],
  ['flash=a | get flash=b | get | get', 'a b -', 'read and left anew in one request'],
  ['set=v flash=m get get', 'v v', 'behind the value of its name'],
  ['set=v flash=m | get unset get get', 'v m -', 'still there when the value has gone'],
  ['flash=m set=v | unset | get get', 'm -', 'still there when a later request removes the value'],
  ['flash=m unset get', 'm', 'not removed by unset()'],
  ['flash=m | unset | get', 'm', 'not removed by unset() in a later request'],
  ['flash=m | get set=v | get get', 'm v v', 'used up before a value took its name'],
  ['flash=m | set=v | get', 'v', 'hidden by a value'],
  ['flash=null | has get has', 'yes null no', 'null, which is a message'],
  ['set=null | has get', 'yes null', 'no message: null is a value as well'],
  ['set=v unset has get', 'no -', 'no message: a value goes at once'],
  ['set=v | unset | has get', 'no -', 'no message: a value goes for good'],
  ['set=v | get | get / get', 'v v v', 'no message: a value stays'],
]

async function play(storage: SessionStorage, steps: string): Promise<string> {
  const shown: string[] = []
  let cookie: string | null = null
  let session = await storage.getSession(cookie)
  for (const step of steps.split(' ')) {
    const [name, argument] = step.split('=')
    const value = argument === 'null' ? null : argument
    if (name === 'flash') session.flash('name', value)
    if (name === 'set') session.set('name', value)
    if (name === 'unset') session.unset('name')
    if (name === 'has') shown.push(session.has('name') ? 'yes' : 'no')
    if (name === 'get') shown.push(textOf(session.get('name')))
    if (name === '|') cookie = sentBack(await storage.commitSession(session))
    if (name === '|' || name === '/') session = await storage.getSession(cookie)
  }
  return shown.join(' ')
}

function textOf(value: unknown): string {
  return value === undefined ? '-' : String(value)
}

const storages: { name: string; create: () => SessionStorage }[] = [
  ...kinds,
  {
    name: 'cookie of React Router itself',
    create: () => reactRouter.createCookieSessionStorage({ cookie: { secrets } }),
  },
  {
    name: 'memory of React Router itself',
    create: () => reactRouter.createMemorySessionStorage({ cookie: { secrets } }),
  },
]

for (const { name, create } of storages) {
  describe(`a flash message (${name})`, () => {
    for (const [steps, shown, why] of table) {
      it(`is ${why}: ${steps}`, async () => {
        assert.equal(await play(create(), steps), shown)
      })
    }
  })
}

for (const { name, create } of kinds) {
  describe(`flash messages (${name})`, () => {
    it('are apart, each read when it is read', async () => {
      const storage = create()
      const first = await visit(storage, null, (session) => {
        session.flash('a', 1)
        session.flash('b', { text: 'two' })
      })
      const second = await visit(storage, first, (session) => session.get('b'))
      assert.deepEqual(await seen(storage, second), { __flash_a__: 1 })
    })

    it('are among the data under names of their own', async () => {
      const storage = create()
      const cookie = await visit(storage, null, (session) => {
        session.set('a', 'value')
        session.flash('a', 'message')
        assert.deepEqual(session.data, { a: 'value', __flash_a__: 'message' })
      })
      const next = await storage.getSession(cookie)
      assert.deepEqual(next.data, { a: 'value', __flash_a__: 'message' })
      assert.equal(next.get('a'), 'value')
      assert.deepEqual(next.data, { a: 'value', __flash_a__: 'message' })
    })
  })
}
