import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { SessionStore } from 'coatcheck/compat/remastered'
import { shareOf } from '../../random-cases.ts'
import { storages, url, Visit } from './visit.ts'

/**
 * What requests do to one key, one after the other, and what is under it at the end of each, and in a
 * last one that does nothing. `set`, `flash` and `unset` are followed by `commit`, or nothing is kept.
 */
const truthTable: { requests: string[]; seen: (string | undefined)[] }[] = [
  // A value stays, once it is committed.
  { requests: ['set a, commit', ''], seen: ['a', 'a', 'a'] },
  { requests: ['set a, commit', 'commit'], seen: ['a', 'a', 'a'] },
  { requests: ['set a', ''], seen: ['a', undefined, undefined] },
  { requests: ['set a, commit', 'set b'], seen: ['a', 'b', 'a'] },
  { requests: ['set a, commit', 'set b, commit'], seen: ['a', 'b', 'b'] },
  { requests: ['set a, commit', 'unset, commit'], seen: ['a', undefined, undefined] },
  { requests: ['set a, commit', 'unset'], seen: ['a', undefined, 'a'] },

  // A message is there at once and in the next request, and goes with that one's commit, read or not.
  { requests: ['flash a, commit', 'commit'], seen: ['a', 'a', undefined] },
  { requests: ['flash a, commit', 'get, commit'], seen: ['a', 'a', undefined] },
  { requests: ['flash a, commit', 'has, commit'], seen: ['a', 'a', undefined] },
  { requests: ['flash a, get, commit', 'get'], seen: ['a', 'a', 'a'] },
  { requests: ['flash a, commit', ''], seen: ['a', 'a', 'a'] },
  { requests: ['flash a, commit', '', '', 'commit'], seen: ['a', 'a', 'a', 'a', undefined] },
  { requests: ['flash a', ''], seen: ['a', undefined, undefined] },
  { requests: ['flash a, flash b, commit', 'commit'], seen: ['b', 'b', undefined] },
  { requests: ['flash a, commit', 'unset, commit'], seen: ['a', undefined, undefined] },
  { requests: ['flash a, commit', 'unset'], seen: ['a', undefined, 'a'] },

  // A value and a message under one key: the later write is seen, and the mark of the message takes it along.
  { requests: ['set a, commit', 'flash b, commit', 'commit'], seen: ['a', 'b', 'b', undefined] },
  { requests: ['set a, flash b, commit', 'commit'], seen: ['b', 'b', undefined] },
  { requests: ['flash a, set b, commit', 'commit'], seen: ['b', 'b', undefined] },
  { requests: ['flash a, unset, set b, commit', 'commit'], seen: ['b', 'b', undefined] },
  { requests: ['flash a, commit', 'set b, commit'], seen: ['a', 'b', undefined] },
  { requests: ['flash a, commit', 'unset, set b, commit'], seen: ['a', 'b', undefined] },
  { requests: ['flash a, commit', 'flash b, commit'], seen: ['a', 'b', undefined] },
  { requests: ['flash a, commit', 'set b'], seen: ['a', 'b', 'a'] },
  { requests: ['flash a, commit', 'commit', 'set b, commit'], seen: ['a', 'a', 'b', 'b'] },
  // The mark outlives its message.
  { requests: ['flash a, unset, commit', ''], seen: [undefined, undefined, undefined] },
  { requests: ['flash a, unset, commit', 'set b, commit'], seen: [undefined, 'b', undefined] },
  {
    requests: ['flash a, unset, commit', 'commit', 'set b, commit'],
    seen: [undefined, undefined, 'b', 'b'],
  },

  {
    requests: ['flash a, commit', 'flash b, commit', 'set c, commit'],
    seen: ['a', 'b', 'c', undefined],
  },

  // A session can be committed more than once.
  { requests: ['flash a, commit', 'commit, commit'], seen: ['a', 'a', undefined] },
  { requests: ['flash a, commit', 'commit, set b, commit'], seen: ['a', 'b', undefined] },
  { requests: ['set a, commit, set b, commit', ''], seen: ['b', 'b', 'b'] },
  { requests: ['set a, commit, unset, commit', ''], seen: [undefined, undefined, undefined] },
  { requests: ['set a, commit, unset, commit, set a, commit', ''], seen: ['a', 'a', 'a'] },
  { requests: ['flash a, commit, set b, commit', 'commit'], seen: ['b', 'b', undefined] },
  { requests: ['set a, commit, flash b, commit', 'commit'], seen: ['b', 'b', undefined] },
]

async function run(visit: Visit, requests: string[]): Promise<unknown[]> {
  const seen: unknown[] = []
  for (const request of [...requests, '']) {
    const session = await visit.open()
    for (const step of request.split(', ').filter(Boolean)) await take(step, session, visit)
    const value: unknown = session.get('key')
    assert.equal(session.has('key'), value !== undefined)
    seen.push(value)
  }
  return seen
}

async function take(step: string, session: SessionStore<any>, visit: Visit): Promise<void> {
  const [does, value] = step.split(' ')
  if (does === 'set') session.set('key', value)
  else if (does === 'flash') session.flash('key', value)
  else if (does === 'unset') session.unset('key')
  else if (does === 'get') session.get('key')
  else if (does === 'has') session.has('key')
  else if (does === 'commit') await visit.commit(session)
  else throw new Error(`What is ${step}?`)
}

for (const [name, createStorage] of Object.entries(storages)) {
  describe(`flash messages and values in ${name}`, () => {
    for (const { requests, seen } of truthTable) {
      it(`are seen as they should be after: ${requests.join(' | ')}`, async () => {
        assert.deepEqual(await run(new Visit(createStorage()), requests), seen)
      })
    }
  })
}

/** The documented rules, in the plainest way. */
class Model {
  /** What was committed last. */
  kept = { flashed: new Set<string>(), content: new Map<string, unknown>() }
  /** What this request sees. */
  content = new Map<string, unknown>()
  /** The marks that it found, which it cannot change. */
  found = new Set<string>()
  /** The marks that it leaves. */
  left = new Set<string>()

  next(): void {
    this.content = structuredClone(this.kept.content)
    this.found = this.kept.flashed
    this.left = new Set()
  }

  commit(): void {
    const content = structuredClone(this.content)
    for (const key of this.found) content.delete(key)
    this.kept = { flashed: new Set(this.left), content }
  }
}

type Operation =
  | { type: 'set' | 'flash'; key: string; value: unknown }
  | { type: 'unset' | 'touch'; key: string }
  | { type: 'commit' | 'next' }

const keys = [
  'a',
  'b',
  '',
  '__a',
  '____a',
  '__flash_a',
  '__flash_',
  '__proto__',
  'constructor',
  'ä;=',
]
const key = fc.constantFrom('a', 'a', 'b', ...keys)
const value = fc
  .jsonValue({ maxDepth: 2 })
  .filter((json) => JSON.stringify(json).length < 60)
  .map((json): unknown => JSON.parse(JSON.stringify(json)))
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('set'), key, value }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('flash'), key, value }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('unset'), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('touch'), key }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('commit') }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('next') }) },
)

/** Changes an object in place, if there is one. */
function touch(found: unknown): void {
  if (Array.isArray(found)) found.push('touched')
  else if (typeof found === 'object' && found !== null) Object.assign(found, { touched: true })
}

async function follow(visit: Visit, operations: readonly Operation[]): Promise<void> {
  const model = new Model()
  let session = await visit.open()
  for (const done of operations) {
    if (done.type === 'set' || done.type === 'flash') {
      session[done.type](done.key, structuredClone(done.value))
      model.content.set(done.key, structuredClone(done.value))
      if (done.type === 'flash') model.left.add(done.key)
    } else if (done.type === 'unset') {
      session.unset(done.key)
      model.content.delete(done.key)
    } else if (done.type === 'touch') {
      touch(session.get(done.key))
      touch(model.content.get(done.key))
    } else if (done.type === 'commit') {
      await visit.commit(session)
      model.commit()
    } else {
      session = await visit.open()
      model.next()
    }
    for (const each of keys) {
      assert.equal(session.has(each), model.content.has(each), each)
      assert.deepEqual(session.get(each), model.content.get(each), each)
    }
  }
}

describe('any sequence of calls and requests', () => {
  for (const [name, createStorage] of Object.entries(storages)) {
    it(`is answered by ${name} as the documented rules have it`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
          await follow(new Visit(createStorage()), operations)
        }),
        { numRuns: shareOf(150) },
      )
    })
  }

  it('goes to one storage from many visitors, and stays apart', async () => {
    const storage = storages['MemorySessionStorage']!()
    const visitors = Array.from({ length: 20 }, () => new Visit(storage))
    await Promise.all(visitors.map((visit, n) => run(visit, [`set ${n}, commit`])))
    const seen = await Promise.all(visitors.map(async (visit) => (await visit.open()).get('key')))
    assert.deepEqual(seen, Array.from(visitors.keys(), String))
    assert.equal(new Set(visitors.map(({ jar }) => jar.headerFor(url))).size, 20)
  })
})
