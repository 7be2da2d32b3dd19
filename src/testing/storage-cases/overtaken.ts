import type { Session } from '../../core/session/session.ts'
import { equal, notEqual, ok, same } from '../expect.ts'
import { visit, watched, type StorageCase } from './visit.ts'

const add = (n: number | undefined) => (n ?? 0) + 1

/** Requests that another one overtook: it ended or rotated their id before they were saved. */
export const overtakenCases: readonly StorageCase[] = [
  {
    name: 'gives a login that another kill or login overtook a session of its own, with what it saw (P4)',
    needs: ['server', 'atomic'],
    async run(fixture) {
      const others: Record<string, (session: Session) => void> = {
        kill: (s) => s.regenerateId(true),
        'login of another user': (s) => s.login('grace'),
        'two kills': (s) => s.regenerateId(true),
      }
      for (const [name, end] of Object.entries(others)) {
        for (const moment of ['before', 'while'] as const) {
          const { storage, types } = watched(fixture)
          const first = await visit(storage, null, (s) => s.set('a', 1))
          const login = await storage.read(first.cookie)
          login.set('b', 2)
          login.login('ada', { label: 'phone' })
          const held = moment === 'while' ? fixture.gate!.hold('write') : undefined
          let saving = held && storage.save(login)
          await held?.reached
          let other = await visit(storage, first.cookie, end)
          if (name === 'two kills') other = await visit(storage, other.cookie, end)
          held?.release()
          saving ??= storage.save(login)
          const own = await storage.read(await saving)
          same([own.userId, own.data[0]], ['ada', { a: 1, b: 2 }], `${name}, ${moment}`)
          notEqual(own.handle, first.session.handle)
          equal(own.handle, login.handle)
          equal((await storage.read(other.cookie)).isNew, false, name)
          ok(!types().includes('interrupted'), name)
        }
      }
    },
  },
  {
    name: 'makes no session of a login whose session was ended meanwhile (P2)',
    needs: ['server', 'atomic'],
    async run(fixture) {
      const { storage, events } = watched(fixture)
      const first = await visit(storage, null, (s) => s.set('a', 1))
      const login = await storage.read(first.cookie)
      login.login('ada')
      await visit(storage, first.cookie, (s) => s.destroy())
      equal(await storage.save(login), null)
      equal(await fixture.gate!.store.read(login.handle), undefined)
      const end = events.at(-1)!
      same([end.type, 'reason' in end && end.reason], ['interrupted', 'gone'])
    },
  },
  {
    name: 'keeps under both ids all that was done before a rotation, exactly (P1, P4)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const read = { flashUse: () => 'read' as const }
      const first = await visit(storage, null, (s) => {
        s.set('cart', [])
        s.set('gone', 1)
        s.flash('seen', 1)
        s.flash('waits', 2)
      })
      const slow = await storage.read(first.cookie, read)
      slow.update('n', add)
      slow.get('cart').push('book')
      slow.unset('gone')
      equal(slow.get('seen'), 1)
      slow.flash('left', 3)
      const rotated = await visit(
        storage,
        first.cookie,
        (s) => {
          s.regenerateId()
          s.update('n', add)
        },
        read,
      )
      equal(await storage.save(slow), null)
      for (const [id, n] of [
        [first.cookie, 1],
        [rotated.cookie, 2],
      ] as const) {
        const page = await storage.read(id)
        same(page.data[0], { cart: ['book'], n }, `n = ${n}`)
        same(
          ['seen', 'waits', 'left'].map((key) => page.get(key)),
          [undefined, 2, 3],
        )
      }
    },
  },
  {
    name: 'keeps under both ids what a request does that began before a rotation, however often it saves (P1, P4)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      for (const moment of ['before the first save', 'between two saves']) {
        const storage = createStorage()
        const first = await visit(storage, null, (s) => s.set('cart', []))
        const slow = await storage.read(first.cookie)
        const save = async () => {
          slow.update('n', add)
          slow.get('cart').push('book')
          await storage.save(slow)
        }
        if (moment === 'between two saves') await save()
        const rotated = await visit(storage, first.cookie, (s) => {
          s.regenerateId()
          s.set('newer', true)
        })
        if (moment === 'before the first save') await save()
        await save()
        const data = { cart: ['book', 'book'], n: 2 }
        same((await storage.read(first.cookie)).data[0], data, `${moment}, old id`)
        const own = (await storage.read(rotated.cookie)).data[0]
        same(own, { ...data, newer: true }, `${moment}, new id`)
      }
    },
  },
  {
    name: 'keeps under both ids what a request goes on to do with a session that it began itself (P1, P4)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('n', 1))
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      first.session.update('n', add)
      await storage.save(first.session)
      for (const id of [first.cookie, rotated.cookie]) {
        same((await storage.read(id)).data[0], { n: 2 })
      }
    },
  },
  {
    name: 'keeps under the old id alone what a request does that began after the rotation (P4)',
    needs: ['server', 'atomic'],
    async run({ createStorage }) {
      const storage = createStorage()
      const first = await visit(storage, null, (s) => s.set('n', 1))
      const rotated = await visit(storage, first.cookie, (s) => s.regenerateId())
      const old = await storage.read(first.cookie)
      for (const n of [2, 3]) {
        old.update('n', add)
        equal(await storage.save(old), null)
        same((await storage.read(first.cookie)).data[0], { n })
        same((await storage.read(rotated.cookie)).data[0], { n: 1 })
      }
    },
  },
]
