import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Session } from 'coatcheck/compat/classes'
import { begin, classStorages } from './class-storages.ts'

/** What the second request does with a message that the first one left, and whether the third still sees it. */
const secondRequests: {
  does: string
  what: (session: Session) => void
  updates: boolean
  left: boolean
}[] = [
  { does: 'nothing', what: () => {}, updates: false, left: true },
  { does: 'nothing but an update', what: () => {}, updates: true, left: false },
  { does: 'a get', what: (session) => session.get('message'), updates: false, left: true },
  {
    does: 'a get and an update',
    what: (session) => session.get('message'),
    updates: true,
    left: false,
  },
  {
    does: 'a has and an update',
    what: (session) => session.has('message'),
    updates: true,
    left: false,
  },
  {
    does: 'a change and an update',
    what: (session) => session.set('other', 1),
    updates: true,
    left: false,
  },
  {
    does: 'a change and no update',
    what: (session) => session.set('other', 1),
    updates: false,
    left: true,
  },
  {
    does: 'a new id and an update',
    what: (session) => session.regenerateId(),
    updates: true,
    left: false,
  },
  {
    does: 'an unset and an update',
    what: (session) => session.unset('message'),
    updates: true,
    left: false,
  },
  {
    does: 'an unset and no update',
    what: (session) => session.unset('message'),
    updates: false,
    left: true,
  },
  {
    does: 'the flash again and an update',
    what: (session) => session.flash('message', 'Hi'),
    updates: true,
    left: true,
  },
  {
    does: 'another flash and an update',
    what: (session) => session.flash('other', 'Hi'),
    updates: true,
    left: false,
  },
]

for (const { kind, create } of classStorages) {
  describe(`A flash message in classes (${kind} storage)`, () => {
    for (const { does, what, updates, left } of secondRequests) {
      it(`is ${left ? 'still there' : 'gone'} after a request that did ${does}`, async () => {
        const storage = create()
        const first = await storage.read(await begin(storage, { user: 'ada' }))
        first.flash('message', 'Hi')
        assert.equal(first.has('message'), false)
        let value = await storage.update(first.id, first.data)

        const second = await storage.read(value)
        assert.equal(second.get('message'), 'Hi')
        what(second)
        assert.equal(
          second.get('message'),
          'Hi',
          'unset and update take no message from this request',
        )
        if (updates) value = await storage.update(second.id, second.data)

        const third = await storage.read(value)
        assert.equal(third.has('message'), left)
        assert.equal(third.get('message'), left ? 'Hi' : undefined)
        assert.equal(third.get('user'), 'ada')
      })
    }

    it('is gone for good, though nothing else ever changes', async () => {
      const storage = create()
      const first = await storage.read(await begin(storage, { user: 'ada' }))
      first.flash('message', 'Hi')
      let value = await storage.update(first.id, first.data)
      const seen: unknown[] = []
      for (let i = 0; i < 4; i++) {
        const session = await storage.read(value)
        seen.push(session.get('message'))
        value = await storage.update(session.id, session.data)
      }
      assert.deepEqual(seen, ['Hi', undefined, undefined, undefined])
    })

    it('stays behind a value of its name, and shows when that is unset', async () => {
      const storage = create()
      const first = await storage.read(await begin(storage, { message: 'value' }))
      first.flash('message', 'flash')
      const second = await storage.read(await storage.update(first.id, first.data))
      assert.equal(second.get('message'), 'value')
      second.unset('message')
      assert.equal(second.get('message'), 'flash')
      const third = await storage.read(await storage.update(second.id, second.data))
      assert.equal(third.has('message'), false)
    })

    it('for the next request outlives an unset of its name, and a null', async () => {
      const storage = create()
      const first = await storage.read(await begin(storage, { message: 'value', other: 1 }))
      first.flash('message', 'flash')
      first.flash('other', 'flash')
      first.unset('message')
      first.set('other', null)
      const second = await storage.read(await storage.update(first.id, first.data))
      assert.equal(second.get('message'), 'flash')
      assert.equal(second.get('other'), 'flash')
    })

    it('is written once, though its session is updated twice', async () => {
      const storage = create()
      const first = await storage.read(await begin(storage, { user: 'ada' }))
      first.flash('message', 'Hi')
      await storage.update(first.id, first.data)
      first.flash('more', 'Ho')
      const second = await storage.read(await storage.update(first.id, first.data))
      assert.deepEqual([second.get('message'), second.get('more')], ['Hi', 'Ho'])
      const third = await storage.read(await storage.update(second.id, second.data))
      assert.deepEqual([third.get('message'), third.get('more')], [undefined, undefined])
    })
  })
}
