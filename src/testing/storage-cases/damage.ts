import { equal, failsWith, ok, same } from '../expect.ts'
import type { Gate } from '../gate.ts'
import { visit, watched, type StorageCase } from './visit.ts'

async function overwrite(gate: Gate, key: string, value: string, expiresAt: number): Promise<void> {
  const { version } = (await gate.store.read(key))!
  ok(await gate.store.write(key, value, { replaces: version, expiresAt }))
}

/** Damaged records, mixed-up replies and failing stores. */
export const damageCases: readonly StorageCase[] = [
  {
    name: 'reads a damaged record as a new session, reports it and leaves it alone',
    needs: ['server'],
    async run(fixture) {
      const { gate, clock } = fixture
      const { storage, types } = watched(fixture)
      const { cookie, session } = await visit(storage, null, (s) => s.set('a', 1))
      const { value: whole } = (await gate!.store.read(session.handle))!
      const damages = [
        '',
        'garbage',
        'null',
        '[]',
        '{}',
        whole.slice(0, -1),
        whole.slice(1),
        whole.replace('"v":1', '"v":2'),
        whole.replace(/"i":\d+/, '"i":null'),
        whole.replace(/"x":\d+/, '"x":"never"'),
        whole.replace(/"x":\d+,/, ''),
        whole.replace(/"d":\{[^}]*\}/, '"d":[1]'),
        whole.replace(/"s":"[^"]*"/, '"s":5'),
        whole.replace(/"c":\d+/, '"c":null'),
        whole.replace(/"c":\d+/, '"c":-1'),
        whole.replace(/"u":\d+/, '"u":null'),
        ...['"a":"now"', '"l":5', '"f":[1]', '"p":5', '"p":{"s":"x","t":"never"}'].map((part) =>
          whole.replace('"d":', `${part},"d":`),
        ),
      ]
      for (const damaged of damages) {
        await overwrite(gate!, session.handle, damaged, clock.now() + 60_000)
        const before = types().length
        const read = await storage.read(cookie)
        same([read.isNew, read.size], [true, 0], damaged)
        same(types().slice(before), ['corrupt'], damaged)
        equal((await gate!.store.read(session.handle))?.value, damaged)
      }
      await overwrite(gate!, session.handle, whole, clock.now() + 60_000)
      equal((await storage.read(cookie)).get('a'), 1)
    },
  },
  {
    name: 'never takes a reply that was meant for another session',
    needs: ['server'],
    async run(fixture) {
      const { gate, clock } = fixture
      const { storage, types } = watched(fixture)
      const mine = await visit(storage, null, (s) => s.set('who', 'me'))
      const theirs = await visit(storage, null, (s) => s.set('who', 'them'))
      const { value } = (await gate!.store.read(theirs.session.handle))!
      await overwrite(gate!, mine.session.handle, value, clock.now() + 60_000)
      equal((await storage.read(mine.cookie)).isNew, true)
      const secret = theirs.cookie!.split('.')[1]!
      equal((await storage.read(`${mine.session.handle}.${secret}`)).isNew, true)
      ok(types().includes('corrupt'))
    },
  },
  {
    name: 'throws when the store fails, and never starts a new session instead (P8, ASVS 16.5.3)',
    needs: ['server'],
    async run(fixture) {
      const { storage: sound } = watched(fixture)
      const { cookie } = await visit(sound, null, (s) => s.set('a', 1))
      const { storage, types } = watched(fixture)
      const gate = fixture.gate!
      for (const operation of ['read', 'write', 'delete'] as const) {
        const session = operation === 'read' ? undefined : await storage.read(cookie)
        if (operation === 'write') session!.set('b', 2)
        if (operation === 'delete') session!.destroy()
        gate.fail(operation, new Error('the disk is on fire'))
        await failsWith('ERR_SESSION_STORE', () =>
          session ? storage.save(session) : storage.read(cookie),
        )
        equal(types().at(-1), 'store-error', operation)
        // What was to be deleted is emptied before, where stores compare.
        const isOver = operation === 'delete' && fixture.traits.has('atomic')
        equal((await storage.read(cookie)).get('a'), isOver ? undefined : 1, 'after recovery')
      }
    },
  },
  {
    name: 'never tells a secret or a value in an event (ASVS 16.2.5)',
    async run(fixture) {
      const { storage, events } = watched(fixture)
      const first = await visit(storage, null, (s) => {
        s.login('ada')
        s.set('card', '4111111111111111')
        s.flash('message', 'whispered')
      })
      const second = await visit(storage, first.cookie, (s) => s.regenerateId())
      await visit(storage, first.cookie, (s) => s.set('card', '4222222222222222'))
      await visit(storage, second.cookie, (s) => s.destroy())
      ok(events.length > 5)
      const told = JSON.stringify(events)
      const secrets = [first, second].map(({ session }) => session.id.split('.')[1]!)
      for (const secret of [...secrets, '4111', '4222', 'whispered']) ok(!told.includes(secret))
    },
  },
  {
    name: 'goes on when a listener of events throws',
    async run({ createStorage }) {
      const listeners = [
        () => {
          throw new Error('listener')
        },
        () => Promise.reject(new Error('listener')),
      ]
      for (const onEvent of listeners) {
        const storage = createStorage({ onEvent })
        const first = await visit(storage, null, (s) => s.set('a', 1))
        const { saved } = await visit(storage, first.cookie, (s) => s.destroy())
        equal(saved, '')
      }
    },
  },
]
