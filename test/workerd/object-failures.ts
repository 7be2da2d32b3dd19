import { createDurableObjectStore, type DurableObjects } from 'coatcheck/cloudflare-storage'
import { CaseObjects, sleep } from './objects.ts'
import {
  expect,
  expectFailure,
  expectSame,
  type WorkerCase,
  type WorkerEnv,
} from './worker-case.ts'

/* Objects that die, that do not answer, and that are asked by many at once. */

const hour = 3_600_000
const together = 20
const each = 5

/** What a request of its own does in the case of many: it counts on one session with others. */
export async function count({ SESSIONS }: WorkerEnv, prefix: string): Promise<void> {
  const store = createDurableObjectStore(SESSIONS, { prefix })
  for (let done = 0; done < each;) {
    const { value, version } = (await store.read('a'))!
    const options = { replaces: version, expiresAt: Date.now() + hour, owner: 'ada' }
    if ((await store.write('a', String(Number(value) + 1), options)) !== undefined) done++
  }
}

/** Objects that answer with this, if they answer. */
function answering(fetch: () => Promise<Response>): DurableObjects {
  return { idFromName: (name) => name, get: () => ({ fetch }) }
}

const failureCases: WorkerCase[] = [
  {
    name: 'goes on with a record whose object was evicted between reading and writing',
    async run({ SESSIONS }) {
      const objects = new CaseObjects(SESSIONS)
      const store = objects.store()
      const expiresAt = Date.now() + hour
      await store.write('a', '1', { replaces: null, expiresAt, owner: 'ada' })
      const { version } = (await store.read('a'))!
      await objects.kill('a')
      expectSame(await store.write('a', 'x', { replaces: 'another', expiresAt }), undefined)
      expect(await store.write('a', '2', { replaces: version, expiresAt }), 'it was written')
      await objects.kill('a')
      expectSame((await store.read('a'))?.value, '2')
    },
  },
  {
    name: 'does not bring back what was deleted before its object was evicted',
    async run({ SESSIONS }) {
      const objects = new CaseObjects(SESSIONS)
      const store = objects.store()
      const expiresAt = Date.now() + hour
      const replaces = await store.write('a', '1', { replaces: null, expiresAt })
      await store.delete('a')
      await objects.kill('a')
      expectSame(await store.write('a', '2', { replaces: replaces!, expiresAt }), undefined)
      expectSame(await store.read('a'), undefined)
    },
  },
  {
    name: 'fails when an object dies as it writes, and then finds what was there before',
    async run({ SESSIONS }) {
      const objects = new CaseObjects(SESSIONS)
      const store = objects.store()
      const expiresAt = Date.now() + hour
      const replaces = await store.write('a', '1', { replaces: null, expiresAt })
      await objects.killAtNextPut('a')
      await expectFailure(store.write('a', '2', { replaces: replaces!, expiresAt }), /died/)
      expectSame(await store.read('a'), { value: '1', version: replaces })
      expect(await store.write('a', '3', { replaces: replaces!, expiresAt }), 'it was written')
    },
  },
  {
    name: 'counts exactly when many requests count at once',
    async run({ SESSIONS, SELF }) {
      const objects = new CaseObjects(SESSIONS)
      const store = objects.store()
      const expiresAt = Date.now() + hour
      await store.write('a', '0', { replaces: null, expiresAt, owner: 'ada' })
      const url = `http://worker.example/?count=${encodeURIComponent(objects.prefix)}`
      const requests = Array.from({ length: together }, () => SELF.fetch(url))
      const problems = (await Promise.all(requests)).filter(({ ok }) => !ok)
      for (const problem of problems) throw new Error(await problem.text())
      expectSame((await store.read('a'))?.value, String(together * each))
      expectSame(await store.keysOf('ada'), ['a'])
    },
  },
  {
    name: 'gives up what takes longer than its timeout',
    async run() {
      const store = createDurableObjectStore(
        answering(() => new Promise(() => {})),
        { timeout: 0.05 },
      )
      const expiresAt = Date.now() + hour
      for (const work of [
        store.read('a'),
        store.write('a', '1', { replaces: null, expiresAt, owner: 'ada' }),
        store.delete('a'),
        store.keysOf('ada'),
      ]) {
        await expectFailure(work, /No answer within 0\.05 seconds/)
      }
    },
  },
  {
    name: 'writes nothing behind the back of who was told that it failed',
    async run({ SESSIONS }) {
      const objects = new CaseObjects(SESSIONS)
      const asked: string[] = []
      const store = objects.store({ timeout: 0.05 }, async (question) => {
        asked.push(question)
        if (question === 'add') await sleep(150)
      })
      const options = { replaces: null, expiresAt: Date.now() + hour, owner: 'ada' }
      await expectFailure(store.write('a', '1', options), /No answer/)
      await sleep(300)
      expectSame(asked, ['add'])
    },
  },
  {
    name: 'takes the answer of another class for a failure',
    async run() {
      for (const answer of [
        () => new Response('null', { status: 404 }),
        () => new Response('what?'),
      ]) {
        const store = createDurableObjectStore(answering(async () => answer()))
        await expectFailure(store.read('a'), /404|JSON/)
      }
    },
  },
  {
    name: 'takes a question that its object does not know for a failure',
    async run({ SESSIONS }) {
      const stub = SESSIONS.get(SESSIONS.idFromName('unknown'))
      const init = { method: 'POST', body: '{"do":"sing"}' }
      await expectFailure(stub.fetch('http://x/', init), /sing/)
    },
  },
  {
    name: 'refuses wrong bindings and options',
    async run({ DB, SESSIONS }) {
      const wrong = [
        () => createDurableObjectStore(undefined as never),
        () => createDurableObjectStore(DB as never),
        () => createDurableObjectStore(SESSIONS, { prefix: 1 as never }),
        () => createDurableObjectStore(SESSIONS, { timeout: 0 }),
      ]
      const codes = wrong.map((make) => {
        try {
          return make()
        } catch (error) {
          return (error as { code?: unknown }).code
        }
      })
      expectSame(codes, Array(wrong.length).fill('ERR_SESSION_CONFIG'))
    },
  },
]

export const cases: WorkerCase[] = failureCases.map(({ name, run }) => ({
  name: `Durable Object store: ${name}`,
  run,
}))
