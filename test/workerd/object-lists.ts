import { CaseObjects, listOf } from './objects.ts'
import { expect, expectFailure, expectSame, type WorkerCase } from './worker-case.ts'

/* No key is ever missing in the list of its user, whatever fails or comes late. */

const minute = 60_000
const hour = 60 * minute

type ListCase = (objects: CaseObjects) => Promise<void>

const listCases: Record<string, ListCase> = {
  async 'writes no record whose key could not be listed'(objects) {
    const store = objects.store({}, (asked) => {
      if (asked === 'add') throw new Error('the list is away')
    })
    const options = { replaces: null, expiresAt: Date.now() + hour, owner: 'ada' }
    await expectFailure(store.write('a', '1', options), /the list is away/)
    expectSame(await store.read('a'), undefined)
  },

  async 'lists a key before its record is written'(objects) {
    const listed: (readonly string[])[] = []
    const store = objects.store({}, async (asked) => {
      if (asked === 'write') listed.push(await objects.store().keysOf('ada'))
    })
    await store.write('a', '1', { replaces: null, expiresAt: Date.now() + hour, owner: 'ada' })
    expectSame(listed, [['a']])
  },

  async 'keeps a key that was listed anew while its deleted record was being forgotten'(objects) {
    const options = { replaces: null, expiresAt: Date.now() + hour, owner: 'ada' }
    const store = objects.store()
    await store.write('a', '1', options)
    const slow = objects.store({}, async (asked) => {
      if (asked === 'remove') await store.write('a', '2', options)
    })
    await slow.delete('a')
    expectSame([(await store.read('a'))?.value, await store.keysOf('ada')], ['2', ['a']])
  },

  async 'asks the list again only when the record will live nearly as long as its key is listed'(
    objects,
  ) {
    let added = 0
    let time = 1_000_000 * hour
    const store = objects.store({ now: () => time }, (asked) => {
      if (asked === 'add') added++
    })
    const live = async (version: string | null | undefined, left: number): Promise<string> => {
      expect(version !== undefined, 'it was written')
      const options = { replaces: version, expiresAt: time + left, owner: 'ada' }
      const next = await store.write('a', '1', options)
      return next!
    }
    let version = await live(null, hour)
    time += hour - 6 * minute
    version = await live(version, hour)
    expectSame(added, 1)
    // The clocks of others may be wrong by five minutes.
    time += 2 * minute
    version = await live(version, hour)
    expectSame(added, 2)
    await live(version, hour)
    expectSame(added, 2)
  },

  async 'moves a key to the list of another user'(objects) {
    const store = objects.store()
    const expiresAt = Date.now() + hour
    const version = await store.write('a', '1', { replaces: null, expiresAt, owner: 'ada' })
    await store.write('a', '2', { replaces: version!, expiresAt, owner: 'bob' })
    expectSame(await store.keysOf('bob'), ['a'])
    await store.delete('a')
    expectSame(await store.keysOf('bob'), [])
  },

  async 'lists for as long as somebody said who lost a race'(objects) {
    let time = 1_000_000 * hour
    const store = objects.store({ now: () => time })
    const write = (replaces: string | null, left: number) =>
      store.write('a', '1', { replaces, expiresAt: time + left, owner: 'ada' })
    await write(null, 4 * hour)
    await write(null, minute)
    time += hour
    expectSame(await store.keysOf('ada'), ['a'])
  },

  async 'lists by the clock of the app alone'(objects) {
    let time = 1000
    const store = objects.store({ now: () => time })
    await store.write('a', '1', { replaces: null, expiresAt: time + hour, owner: 'ada' })
    const { keys, alarm } = await objects.look(await listOf('ada'))
    expectSame([keys, alarm! > hour && alarm! <= 2 * hour], [['a'], true])
    time += 2 * hour - 1
    expectSame(await store.keysOf('ada'), ['a'])
    time += 1
    expectSame(await store.keysOf('ada'), [])
  },

  async 'reads and answers a long list in pages, however much of it has ended'(objects) {
    const end = Date.now() + hour
    const filled = await objects.fill('ada', 3500, (i) => (i % 7 < 3 ? end - 2 * hour : end))
    let asked = 0
    const store = objects.store({ now: () => end - hour }, () => void asked++)
    const live = filled.keys.filter((_, i) => i % 7 >= 3)
    expectSame(await store.keysOf('ada'), live)
    const { most } = await objects.look(await listOf('ada'))
    expectSame([live.length, asked, most], [2000, 3, 1000])
  },

  async 'lists each key once when objects of an earlier release answer with all of them'(objects) {
    for (const many of [999, 1000, 1001, 2000]) {
      const owner = `of ${many}`
      const { keys } = await objects.fill(owner, many, () => Date.now() + hour)
      const listed = await objects.storeOfOldObjects().keysOf(owner)
      expectSame([keys.length, listed], [many, keys])
    }
  },

  async 'names no user: only their hash'(objects) {
    const expiresAt = Date.now() + hour
    await objects.store().write('a', '1', { replaces: null, expiresAt, owner: 'ada@mail.example' })
    expectSame((await objects.look(await listOf('ada@mail.example'))).keys, ['a'])
    expectSame((await objects.look('owner:ada@mail.example')).keys, [])
  },

  async 'keeps what two apps list apart, by their prefixes'(objects) {
    const expiresAt = Date.now() + hour
    const shop = objects.store({ prefix: `${objects.prefix}shop:` })
    const desk = objects.store({ prefix: `${objects.prefix}desk:` })
    await shop.write('a', 'shop', { replaces: null, expiresAt, owner: 'ada' })
    expectSame([await desk.read('a'), await desk.keysOf('ada')], [undefined, []])
  },
}

export const cases: WorkerCase[] = Object.entries(listCases).map(([name, run]) => ({
  name: `Durable Object store: ${name}`,
  run: ({ SESSIONS }) => run(new CaseObjects(SESSIONS)),
}))
