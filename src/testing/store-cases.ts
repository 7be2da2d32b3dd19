import {
  isClosable,
  isIndexed,
  isSweepable,
  type SessionStore,
} from '../core/store/session-store.ts'
import { equal, notEqual, ok, same } from './expect.ts'
import type { ConformanceCase, StoreFixture } from './fixture.ts'

const minute = 60_000

async function create(store: SessionStore, key: string, value: string, expiresAt: number) {
  const version = await store.write(key, value, { replaces: null, expiresAt })
  ok(version !== undefined, `creating ${key}`)
  return version
}

async function valueOf(store: SessionStore, key: string): Promise<string | undefined> {
  return (await store.read(key))?.value
}

/** Every rule of `SessionStore`. */
export const storeCases: readonly ConformanceCase<StoreFixture>[] = [
  {
    name: 'reads nothing where nothing was written',
    async run({ store }) {
      equal(await store.read('a'), undefined)
    },
  },
  {
    name: 'reads back exactly what was written, and its version',
    async run({ store, clock }) {
      const texts = ['{}', 'é ü 漢字 😀 \u0000 "quotes" \\ \r\n\t', 'x'.repeat(60_000), '{"v":1}\n']
      for (const [index, text] of texts.entries()) {
        const version = await create(store, `k${index}`, text, clock.now() + minute)
        same(await store.read(`k${index}`), { value: text, version })
      }
    },
  },
  {
    name: 'reads back every letter, whatever charset the backend may have',
    async run({ store, clock }) {
      const quoting = '{"v":"\u0122,\u0122o\u0122:1"}'
      const texts = ['😀', quoting, '\ufeff{}', '{}\ufeff', '!00e9 =', '\u0001', '']
      for (const [index, text] of texts.entries()) {
        const first = await create(store, `k${index}`, text, clock.now() + minute)
        equal(await valueOf(store, `k${index}`), text)
        const options = { replaces: first, expiresAt: clock.now() + minute }
        ok((await store.write(`k${index}`, `${text}${text}`, options)) !== undefined)
        equal(await valueOf(store, `k${index}`), text + text)
      }
    },
  },
  {
    name: 'keeps keys apart that differ in one letter, or only in case',
    async run({ store, clock }) {
      const keys = ['AbC', 'aBc', 'abc', 'ab', 'abcd', '__proto__', 'constructor', '-', '_']
      for (const key of keys) await create(store, key, key, clock.now() + minute)
      for (const key of keys) equal(await valueOf(store, key), key)
      await store.delete('abc')
      for (const key of keys) equal(await valueOf(store, key), key === 'abc' ? undefined : key)
    },
  },
  {
    name: 'does not create what is there already',
    async run({ store, clock }) {
      await create(store, 'a', 'first', clock.now() + minute)
      const options = { replaces: null, expiresAt: clock.now() + minute }
      equal(await store.write('a', 'second', options), undefined)
      equal(await valueOf(store, 'a'), 'first')
    },
  },
  {
    name: 'replaces the version that was read, and gives a new one',
    async run({ store, clock }) {
      const expiresAt = clock.now() + minute
      const first = await create(store, 'a', '1', expiresAt)
      const second = await store.write('a', '2', { replaces: first, expiresAt })
      ok(second !== undefined)
      notEqual(second, first)
      same(await store.read('a'), { value: '2', version: second })
    },
  },
  {
    name: 'refuses to replace a version that is not the last one, even if the text is the same again',
    needs: ['atomic'],
    async run({ store, clock }) {
      const expiresAt = clock.now() + minute
      const first = await create(store, 'a', 'same', expiresAt)
      const second = await store.write('a', 'other', { replaces: first, expiresAt })
      const third = await store.write('a', 'same', { replaces: second!, expiresAt })
      ok(third !== undefined)
      equal(await store.write('a', 'late', { replaces: first, expiresAt }), undefined)
      equal(await store.write('a', 'late', { replaces: second!, expiresAt }), undefined)
      equal(await valueOf(store, 'a'), 'same')
    },
  },
  {
    name: 'never creates when it was told to replace',
    async run({ store, clock }) {
      const expiresAt = clock.now() + minute
      const version = await create(store, 'a', '1', expiresAt)
      equal(await store.write('b', '2', { replaces: version, expiresAt }), undefined)
      equal(await store.read('b'), undefined)
    },
  },
  {
    name: 'deletes, also what is not there',
    async run({ store, clock }) {
      await store.delete('a')
      await create(store, 'a', '1', clock.now() + minute)
      await store.delete('a')
      equal(await store.read('a'), undefined)
      await store.delete('a')
    },
  },
  {
    name: 'does not let a late write bring back what was deleted',
    needs: ['atomic'],
    async run({ store, clock }) {
      const expiresAt = clock.now() + minute
      const version = await create(store, 'a', '1', expiresAt)
      await store.delete('a')
      equal(await store.write('a', '2', { replaces: version, expiresAt }), undefined)
      equal(await store.read('a'), undefined)
    },
  },
  {
    name: 'does not take the version of a record that was deleted and made anew',
    needs: ['atomic'],
    async run({ store, clock }) {
      const expiresAt = clock.now() + minute
      const first = await create(store, 'a', 'same', expiresAt)
      await store.delete('a')
      const again = await create(store, 'a', 'same', expiresAt)
      equal(await store.write('a', 'late', { replaces: first, expiresAt }), undefined)
      same(await store.read('a'), { value: 'same', version: again })
    },
  },
  {
    name: 'lets exactly one of many writers replace a version',
    needs: ['atomic'],
    async run({ store, clock }) {
      const expiresAt = clock.now() + minute
      const replaces = await create(store, 'a', 'base', expiresAt)
      const writers = Array.from({ length: 20 }, (_, i) => String(i))
      const versions = await Promise.all(
        writers.map((writer) => store.write('a', writer, { replaces, expiresAt })),
      )
      const winners = writers.filter((_, i) => versions[i] !== undefined)
      equal(winners.length, 1)
      equal(await valueOf(store, 'a'), winners[0])
    },
  },
  {
    name: 'lets exactly one of many writers create a key',
    needs: ['atomic'],
    async run({ store, clock }) {
      const options = { replaces: null, expiresAt: clock.now() + minute }
      const writers = Array.from({ length: 20 }, (_, i) => String(i))
      const versions = await Promise.all(writers.map((writer) => store.write('a', writer, options)))
      const winners = writers.filter((_, i) => versions[i] !== undefined)
      equal(winners.length, 1)
      equal(await valueOf(store, 'a'), winners[0])
    },
  },
  {
    name: 'counts exactly when ten loops count at once',
    needs: ['atomic'],
    async run({ store, clock }) {
      const expiresAt = clock.now() + minute
      await create(store, 'a', '0', expiresAt)
      const count = async () => {
        for (let tries = 0; tries < 10_000; tries++) {
          const { value, version } = (await store.read('a'))!
          const next = String(Number(value) + 1)
          if (await store.write('a', next, { replaces: version, expiresAt })) return
        }
      }
      const loops = Array.from({ length: 10 }, async () => {
        for (let i = 0; i < 10; i++) await count()
      })
      await Promise.all(loops)
      equal(await valueOf(store, 'a'), '100')
    },
  },
  {
    name: 'forgets what has expired',
    async run({ store, clock }) {
      await create(store, 'a', '1', clock.now() + 2000)
      equal(await valueOf(store, 'a'), '1')
      await clock.pass(2001)
      equal(await store.read('a'), undefined)
    },
  },
  {
    name: 'does not replace what has expired, and does create it anew',
    async run({ store, clock }) {
      const replaces = await create(store, 'a', '1', clock.now() + 2000)
      await clock.pass(2001)
      const expiresAt = clock.now() + minute
      equal(await store.write('a', '2', { replaces, expiresAt }), undefined)
      equal(await store.read('a'), undefined)
      await create(store, 'a', '3', expiresAt)
      equal(await valueOf(store, 'a'), '3')
    },
  },
  {
    name: 'moves the end with each write, later and earlier',
    async run({ store, clock }) {
      const start = clock.now()
      const first = await create(store, 'a', '1', start + 2000)
      await store.write('a', '2', { replaces: first, expiresAt: start + minute })
      const other = await create(store, 'b', '1', start + minute)
      await store.write('b', '2', { replaces: other, expiresAt: start + 2000 })
      await clock.pass(2001)
      equal(await valueOf(store, 'a'), '2')
      equal(await store.read('b'), undefined)
    },
  },
  {
    name: 'keeps what ends in 400 days',
    async run({ store, clock }) {
      await create(store, 'a', '1', clock.now() + 34_560_000_000)
      equal(await valueOf(store, 'a'), '1')
    },
  },
  {
    name: 'lists what was written with an owner',
    needs: ['indexed'],
    async run({ store, clock }) {
      ok(isIndexed(store))
      const expiresAt = clock.now() + minute
      const owners = ['ada', 'Ada', 'a/../b', 'ö 😀']
      for (const [index, owner] of owners.entries()) {
        await store.write(`k${index}`, owner, { replaces: null, expiresAt, owner })
      }
      for (const [index, owner] of owners.entries()) {
        same(await store.keysOf(owner), [`k${index}`])
      }
      same(await store.keysOf('nobody'), [])
    },
  },
  {
    name: 'lists what has expired until it is dropped, because it may live by the clock of another server',
    needs: ['indexed'],
    async run({ store, clock }) {
      ok(isIndexed(store))
      await store.write('a', '1', { replaces: null, expiresAt: clock.now() + 2000, owner: 'ada' })
      await clock.pass(2001)
      same(await store.keysOf('ada'), ['a'])
    },
  },
  {
    name: 'lists nothing as missing when many write at once',
    needs: ['indexed'],
    async run({ store, clock }) {
      ok(isIndexed(store))
      const options = { replaces: null, expiresAt: clock.now() + minute, owner: 'ada' }
      const keys = Array.from({ length: 30 }, (_, i) => `key-${String(i).padStart(2, '0')}`)
      await Promise.all(keys.map((key) => store.write(key, key, options)))
      await store.delete(keys[0]!)
      const listed = new Set(await store.keysOf('ada'))
      for (const key of keys.slice(1)) ok(listed.has(key), key)
    },
  },
  {
    name: 'drops what has expired and nothing else',
    needs: ['sweepable'],
    async run({ store, clock }) {
      ok(isSweepable(store))
      const start = clock.now()
      await create(store, 'a', '1', start + 2000)
      await create(store, 'b', '1', start + 2000)
      await create(store, 'c', '1', start + minute)
      await clock.pass(2001)
      equal(await store.deleteExpired(), 2)
      equal(await store.deleteExpired(), 0)
      equal(await valueOf(store, 'c'), '1')
    },
  },
  {
    name: 'is closed after what is under way, and closed twice if need be',
    needs: ['closable'],
    async run({ store, clock }) {
      ok(isClosable(store))
      const writing = create(store, 'a', '1', clock.now() + minute)
      const closing = [store.close(), store.close()]
      ok((await writing) !== undefined)
      await Promise.all(closing)
      await store.close()
    },
  },
]
