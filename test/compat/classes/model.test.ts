/*
 * Version 0.1 in the plainest way, as a model: a session is three maps, a store is what `update` wrote. Whatever
 * visitors do, our storages show the same.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Session, SessionStorage } from 'coatcheck/compat/classes'
import { shareOf } from '../../random-cases.ts'
import { classStorages } from './class-storages.ts'

type Entries = Record<string, unknown>

interface Model {
  values: Entries
  visible: Entries
  next: Entries
  ended: boolean
}

type Step =
  | { do: 'set' | 'flash'; key: string; value: unknown }
  | { do: 'unset' | 'setNull' | 'push'; key: string }
  | {
      do: 'update' | 'copy' | 'replace' | 'visit' | 'forget' | 'regenerateId' | 'destroy' | 'delete'
    }

const keys = ['a', 'b', 'c', 'd']
const key = fc.constantFrom(...keys)
const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.constantFrom(false, 0, ''),
  fc.array(fc.integer(), { maxLength: 2 }),
  fc.record({ deep: fc.array(fc.string(), { maxLength: 1 }) }),
)
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('set', 'flash'), key, value }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('unset', 'setNull', 'push'), key }) },
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constantFrom('update', 'copy', 'visit', 'visit') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('replace', 'forget', 'regenerateId', 'destroy', 'delete'),
      }),
    },
  ) as fc.Arbitrary<Step>,
  { maxLength: 40 },
)

/** One visitor of a storage, and of the model beside it. */
class Visit {
  readonly #storage: SessionStorage
  readonly #onServer: boolean
  /** The visitor's cookie, in truth and in the model. */
  #cookie = ''
  #kept: [Entries, Entries] | undefined
  #session!: Session
  #model!: Model
  /** Cookie values that were given up, by a new id or an end. */
  readonly #worthless: string[] = []

  constructor(storage: SessionStorage, onServer: boolean) {
    this.#storage = storage
    this.#onServer = onServer
  }

  async visit(): Promise<void> {
    this.#session = await this.#storage.read(this.#cookie || null)
    const [values, visible] = structuredClone(this.#kept ?? [{}, {}])
    this.#model = { values, visible, next: {}, ended: false }
  }

  async take(step: Step): Promise<void> {
    const session = this.#session
    const model = this.#model
    if (model.ended && 'key' in step) return
    switch (step.do) {
      case 'set':
        session.set(step.key, structuredClone(step.value))
        model.values[step.key] = structuredClone(step.value)
        return
      case 'flash':
        session.flash(step.key, step.value)
        model.next[step.key] = step.value
        return
      case 'unset':
      case 'setNull':
        if (step.do === 'unset') session.unset(step.key)
        else session.set(step.key, null)
        delete model.values[step.key]
        return
      case 'push':
        if (!Array.isArray(model.values[step.key])) return
        session.get(step.key).push('pushed')
        ;(model.values[step.key] as unknown[]).push('pushed')
        return
      case 'regenerateId':
        if (model.ended) return
        if (this.#cookie !== '') this.#worthless.push(this.#cookie)
        session.regenerateId()
        await this.#update(session.data)
        return
      case 'update':
        return this.#update(session.data)
      case 'copy':
        if (model.ended) return
        return this.#update([...session.data])
      case 'replace':
        if (model.ended) return
        model.values = { a: [1], b: 'replaced' }
        model.next = { c: 'replaced' }
        await this.#update([{ a: [1], b: 'replaced' }, { c: 'replaced' }])
        return this.visit()
      case 'visit':
        if (!model.ended) await this.#update(session.data)
        return this.visit()
      case 'forget':
        return this.visit()
      case 'destroy':
        session.destroy()
        return this.#update(session.data)
      case 'delete':
        assert.equal(await this.#storage.delete(session.id), '')
        return this.#end()
    }
  }

  async #update(data: Session['data']): Promise<void> {
    const session = this.#session
    const value = await this.#storage.update(session.id, data)
    if (session.destroyed) return this.#end(value)
    if (this.#onServer) assert.equal(value, session.id)
    this.#cookie = value
    this.#kept = structuredClone([this.#model.values, this.#model.next])
  }

  async #end(value = ''): Promise<void> {
    assert.equal(value, '')
    if (this.#cookie !== '') this.#worthless.push(this.#cookie)
    this.#cookie = ''
    this.#kept = undefined
    await this.visit()
  }

  /** Compares everything that the application can see. */
  compare(): void {
    const { values, visible } = this.#model
    for (const name of keys) {
      const expected = values[name] ?? visible[name]
      assert.deepEqual(this.#session.get(name), expected)
      assert.equal(this.#session.has(name), expected !== undefined)
    }
    assert.deepEqual(this.#session.data[0], values)
  }

  /** On a server, what was given up shows nothing any more. */
  async compareWorthless(): Promise<void> {
    if (!this.#onServer) return
    for (const cookie of this.#worthless) {
      const session = await this.#storage.read(cookie)
      assert.deepEqual(session.data, [{}, {}])
      for (const name of keys) assert.equal(session.has(name), false)
    }
  }
}

describe('The model of version 0.1', () => {
  for (const { kind, onServer, create } of classStorages) {
    it(`shows what our ${kind} storage shows, whatever a visitor does`, async () => {
      const storage = create()
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const visit = new Visit(storage, onServer)
          await visit.visit()
          for (const step of all) {
            await visit.take(step)
            visit.compare()
          }
          await visit.compareWorthless()
        }),
        { numRuns: shareOf(kind === 'file' ? 60 : 200) },
      )
    })
  }
})
