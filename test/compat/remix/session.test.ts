// `createSession` and the sessions it makes, beside Remix's: the same calls, and what comes of them.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createSession as createRemixSession,
  createSessionId as createRemixSessionId,
  type Session as RemixSession,
} from '@remix-run/session'
import { createSession, createSessionId, type Session } from 'coatcheck'

type Either = Session | RemixSession
type Initial = [values: Record<string, unknown>, flash: Record<string, unknown>]

/** A session of each library that began with the same data. */
function both(initial?: Initial): [remix: RemixSession, ours: Session] {
  return [createRemixSession(undefined, initial), createSession(undefined, initial)]
}

function look(session: Either) {
  const keys = ['a', 'b', 'notice', 'unknown']
  return {
    data: session.data,
    destroyed: session.destroyed,
    has: keys.map((key) => session.has(key)),
    get: keys.map((key) => session.get(key)),
  }
}

const steps: Record<string, (session: Either) => void> = {
  nothing: () => {},
  set: (session) => session.set('a', 1),
  'set over': (session) => session.set('b', { deep: ['x'] }),
  'set to null': (session) => session.set('b', null),
  'set to undefined': (session) => session.set('b', undefined),
  unset: (session) => session.unset('b'),
  'unset what is not there': (session) => session.unset('unknown'),
  flash: (session) => session.flash('notice', 'next'),
  'flash of a value’s name': (session) => session.flash('b', 'next'),
  'a value of a flash message’s name': (session) => session.set('notice', 'mine'),
  'a falsy value of a flash message’s name': (session) => session.set('notice', ''),
  regenerate: (session) => session.regenerateId(),
  'regenerate and delete': (session) => session.regenerateId(true),
  destroy: (session) => session.destroy(),
  'set and destroy': (session) => {
    session.set('a', 1)
    session.flash('notice', 'next')
    session.destroy()
  },
}

describe('A session shows what a session of Remix shows', () => {
  for (const [name, step] of Object.entries(steps)) {
    it(`after: ${name}`, () => {
      for (const initial of [undefined, [{ b: 2 }, { notice: 'hello' }] satisfies Initial]) {
        const [remix, ours] = both(initial)
        step(remix)
        step(ours)
        assert.deepEqual(look(ours), look(remix))
      }
    })
  }

  it('has an id at once, that changes with regenerateId() and not otherwise', () => {
    for (const session of both()) {
      const { id } = session
      assert.ok(id.length >= 32)
      session.set('a', 1)
      assert.equal(session.id, id)
      session.regenerateId()
      assert.notEqual(session.id, id)
    }
  })

  it('has the id that it was given', () => {
    const [theirs, ours] = [createRemixSessionId(), createSessionId()]
    assert.equal(createRemixSession(theirs).id, theirs)
    assert.equal(createSession(ours).id, ours)
  })

  it('refuses to be changed after destroy(), in the same words, behind which ours says what to do', () => {
    const changes: ((session: Either) => void)[] = [
      (session) => session.set('a', 1),
      (session) => session.unset('a'),
      (session) => session.flash('a', 1),
      (session) => session.regenerateId(),
    ]
    for (const session of both()) {
      session.destroy()
      for (const change of changes) {
        assert.throws(() => change(session), { message: /^Session has been destroyed/ })
      }
    }
  })

  it('is dirty for a message that it began with, and not for values', () => {
    for (const session of both([{ b: 2 }, {}])) assert.equal(session.dirty, false)
    for (const session of both([{ b: 2 }, { notice: 'hello' }])) assert.equal(session.dirty, true)
  })

  it('says which id has to end', () => {
    for (const session of both()) {
      const { id } = session
      session.regenerateId()
      assert.equal(session.deleteId, undefined)
      session.regenerateId(true)
      session.regenerateId(true)
      assert.equal(session.deleteId, id)
    }
  })

  it('counts what can be read', () => {
    for (const session of both([{ b: 2 }, { notice: 'hello' }])) {
      assert.equal(session.size, 2)
      session.set('a', 1)
      session.flash('later', 1)
      assert.equal(session.size, 3)
      session.destroy()
      assert.equal(session.size, 0)
    }
  })

  it('is dirty after a change, and with a new id', () => {
    for (const session of both()) {
      assert.equal(session.dirty, false)
      session.set('a', 1)
      assert.equal(session.dirty, true)
    }
    for (const session of both()) {
      session.regenerateId()
      assert.equal(session.dirty, true)
    }
  })
})

describe('A session differs from one of Remix on purpose', () => {
  it('P3 takes only an id that we could have issued', () => {
    assert.equal(createRemixSession('admin').id, 'admin')
    for (const id of ['admin', createRemixSessionId(), '']) {
      assert.throws(() => createSession(id), { code: 'ERR_SESSION_CONFIG' })
    }
  })

  it('unset() removes a flash message of that name too', () => {
    const [remix, ours] = both([{}, { notice: 'hello' }])
    remix.unset('notice')
    ours.unset('notice')
    assert.deepEqual([remix.get('notice'), ours.get('notice')], ['hello', undefined])
  })

  it('counts a name once that is both a value and a flash message', () => {
    const [remix, ours] = both([{ b: 2 }, { b: 'hello' }])
    assert.deepEqual([remix.size, ours.size], [2, 1])
  })

  it('can be destroyed again, which does nothing', () => {
    for (const session of both()) {
      session.destroy()
      session.destroy()
      assert.equal(session.destroyed, true)
    }
  })

  it('refuses at once what cannot be stored', () => {
    const [remix, ours] = both()
    remix.set('when', new Date(0))
    assert.throws(() => ours.set('when', new Date(0)), { code: 'ERR_SESSION_VALUE' })
  })

  it('has `delete` as well', () => {
    const [remix, ours] = both([{ b: 2 }, {}])
    ours.delete('b')
    assert.equal(ours.has('b'), false)
    assert.equal('delete' in remix, false)
  })
})
