import { CaseObjects, eventually, listOf, sleep } from './objects.ts'
import { expect, expectSame, type WorkerCase } from './worker-case.ts'

/* Objects take no space once what they keep has ended. These wait for real alarms. */

const hour = 3_600_000
const soon = 300
/** Milliseconds that a key is listed at least for, after the end of its record. */
const listedLonger = 300_000

type AlarmCase = (objects: CaseObjects) => Promise<void>

async function isEmpty(objects: CaseObjects, name: string): Promise<boolean> {
  const { keys, alarm } = await objects.look(name)
  return keys.length === 0 && alarm === null
}

const alarmCases: Record<string, AlarmCase> = {
  async 'frees its storage when the record has ended'(objects) {
    const store = objects.store()
    await store.write('a', '1', { replaces: null, expiresAt: Date.now() + hour })
    const { keys, alarm } = await objects.look('a')
    expectSame([keys, alarm! > hour / 2 && alarm! <= hour], [['record'], true])
    await store.write('b', '1', { replaces: null, expiresAt: Date.now() + soon })
    await eventually(() => isEmpty(objects, 'b'), 'the object is empty')
  },

  async 'keeps a record whose end has moved, and frees it then'(objects) {
    const store = objects.store()
    const put = (value: string, replaces: string | null, life: number) =>
      store.write('a', value, { replaces, expiresAt: Date.now() + life })
    const first = await put('1', null, 3 * soon)
    const second = await put('2', first!, hour)
    const hasMoved = async () => (await objects.look('a')).alarm! > hour / 2
    await eventually(hasMoved, 'the alarm is set for its end')
    expectSame((await store.read('a'))?.value, '2')
    await put('3', second!, soon)
    await eventually(() => isEmpty(objects, 'a'), 'the object is empty')
  },

  async 'frees a record earlier whose end has come nearer'(objects) {
    const store = objects.store()
    const start = Date.now()
    const version = await store.write('a', '1', { replaces: null, expiresAt: start + hour })
    await store.write('a', '2', { replaces: version!, expiresAt: start + soon })
    await eventually(() => isEmpty(objects, 'a'), 'the object is empty')
  },

  async 'frees its storage at once when the record is deleted'(objects) {
    const store = objects.store()
    await store.write('a', '1', { replaces: null, expiresAt: Date.now() + hour })
    await store.delete('a')
    expect(await isEmpty(objects, 'a'), 'the object is empty')
  },

  async 'keeps a record whose app has a clock of long ago'(objects) {
    const store = objects.store({ now: () => 1000 })
    await store.write('a', '1', { replaces: null, expiresAt: 1000 + hour })
    await sleep(soon)
    const { keys, alarm } = await objects.look('a')
    expectSame([keys, alarm! > hour / 2], [['record'], true])
  },

  async 'frees a record whose app has a clock of the far future'(objects) {
    const now = Date.now() + 1000 * hour
    const store = objects.store({ now: () => now })
    await store.write('a', '1', { replaces: null, expiresAt: now + soon })
    await eventually(() => isEmpty(objects, 'a'), 'the object is empty')
  },

  async 'drops a key from a list when its time is over, and frees the list after the last'(
    objects,
  ) {
    const list = await listOf('ada')
    const { keys } = await objects.fill('ada', 2, (i) => Date.now() + (i === 0 ? soon : hour))
    expectSame(keys, ['k0000', 'k0001'])
    const isOne = async () => (await objects.look(list)).keys.join() === 'k0001'
    await eventually(isOne, 'the other one is there')
    expectSame(await objects.store().keysOf('ada'), ['k0001'])
    // These records are over long since: so their keys have as little time left.
    for (const [key, left] of [
      ['a', soon],
      ['b', 3 * soon],
    ] as const) {
      const expiresAt = Date.now() + left - listedLonger
      await objects.store().write(key, '1', { replaces: null, expiresAt, owner: 'bob' })
    }
    await eventually(async () => isEmpty(objects, await listOf('bob')), 'the list is empty')
  },

  async 'drops what has ended from a long list in pages, and frees one of which nothing is left'(
    objects,
  ) {
    const end = Date.now() + 5 * soon
    await objects.fill('ada', 2500, (i) => (i === 1700 ? end + hour : end))
    await objects.fill('bob', 1500, () => end)
    const list = await listOf('ada')
    await eventually(async () => (await objects.look(list)).keys.join() === 'k1700', 'one is left')
    const { most, alarm } = await objects.look(list)
    expectSame([most, alarm! > hour / 2], [1000, true])
    await eventually(async () => isEmpty(objects, await listOf('bob')), 'the list is empty')
    expectSame((await objects.look(await listOf('bob'))).most, 1000)
  },

  async 'drops a key from a list when its record is deleted, and frees the list with the last'(
    objects,
  ) {
    const store = objects.store()
    const list = await listOf('ada')
    const options = { replaces: null, expiresAt: Date.now() + hour, owner: 'ada' }
    for (const key of ['a', 'b']) await store.write(key, '1', options)
    await store.delete('a')
    expectSame((await objects.look(list)).keys, ['b'])
    await store.delete('b')
    expect(await isEmpty(objects, list), 'the list is empty')
  },
}

export const cases: WorkerCase[] = Object.entries(alarmCases).map(([name, run]) => ({
  name: `Durable Object: ${name}`,
  run: ({ SESSIONS }) => run(new CaseObjects(SESSIONS)),
}))
