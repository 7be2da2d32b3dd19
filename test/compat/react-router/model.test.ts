import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Session, SessionData, SessionStorage } from 'coatcheck/compat/react-router'
import { shareOf } from '../../random-cases.ts'
import { kinds, sentBack } from './kinds.ts'

/*
 * React Router's API in its plainest form, with what we promise on top: requests that overlap keep
 * each other's changes, and a session that was ended is over.
 */

const ended = Symbol('ended')

interface ModelSession {
  /** Which record it is of, if any. */
  record: number | undefined
  entries: Map<string, unknown>
  /** What the entries were when they were read or saved. */
  before: Map<string, unknown>
  destroyed: boolean
}

type Cookie = { record: number } | { entries: Map<string, unknown> } | null

class Model {
  readonly #keepsOnServer: boolean
  readonly #records: Map<string, unknown>[] = []
  readonly #dead = new Set<number>()
  cookie: Cookie = null

  constructor(keepsOnServer: boolean) {
    this.#keepsOnServer = keepsOnServer
  }

  read(): ModelSession {
    const { cookie } = this
    const record = cookie && 'record' in cookie ? cookie.record : undefined
    const isLive = record !== undefined && !this.#dead.has(record)
    const found = cookie && 'entries' in cookie ? cookie.entries : undefined
    const entries = isLive ? this.#records[record] : found
    return {
      record: isLive ? record : undefined,
      entries: new Map(entries),
      before: new Map(entries),
      destroyed: false,
    }
  }

  get(session: ModelSession, name: string): unknown {
    if (session.entries.has(name)) return session.entries.get(name)
    const message = session.entries.get(flashName(name))
    session.entries.delete(flashName(name))
    return message
  }

  commit(session: ModelSession): void | typeof ended {
    if (session.destroyed) return ended
    const { entries, before } = session
    if (!this.#keepsOnServer) {
      this.cookie = { entries: new Map(entries) }
      return
    }
    if (session.record === undefined) session.record = this.#records.push(new Map()) - 1
    if (this.#dead.has(session.record)) {
      this.cookie = null
      return
    }
    const record = this.#records[session.record]!
    for (const [name, value] of before) {
      // A message that somebody else left meanwhile is not the one that was read.
      const isAnother = name.startsWith('__flash_') && record.get(name) !== value
      if (!entries.has(name) && !isAnother) record.delete(name)
    }
    for (const [name, value] of entries) {
      if (!before.has(name) || before.get(name) !== value) record.set(name, value)
    }
    session.before = new Map(entries)
    this.cookie = { record: session.record }
  }

  destroy(session: ModelSession): void {
    if (session.record !== undefined) this.#dead.add(session.record)
    session.destroyed = true
    this.cookie = null
  }
}

function flashName(name: string): string {
  return `__flash_${name}__`
}

type Step =
  | { do: 'set' | 'flash'; tab: number; name: string; value: unknown }
  | { do: 'get' | 'has' | 'unset'; tab: number; name: string }
  | { do: 'commit' | 'open' | 'destroy'; tab: number }

const tab = fc.constantFrom(0, 1)
const name = fc.constantFrom('a', 'b', '__proto__', 'constructor', '__flash_a__')
const value = fc.constantFrom('x', 'y', '', 0, -1.5, true, false, null, 'ünï \u2028 \ud83e\udde5')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('set', 'flash'), tab, name, value }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('get', 'has', 'unset'), tab, name }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('commit', 'open'), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('destroy'), tab }) },
) as fc.Arbitrary<Step>
const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' })

async function play(
  storage: SessionStorage,
  model: Model,
  isStored: boolean,
  steps: readonly Step[],
): Promise<void> {
  let cookie: string | null = null
  /** What objects held when they were destroyed. */
  const held = new Map<object, string>()
  const textOf = ({ entries }: { entries: Map<string, unknown> }) => JSON.stringify(sorted(entries))
  const open = async (): Promise<[Session, ModelSession]> => [
    await storage.getSession(cookie),
    model.read(),
  ]
  const tabs = [await open(), await open()]
  if (isStored) {
    cookie = sentBack(await storage.commitSession(tabs[0]![0]))
    model.commit(tabs[0]![1])
    tabs[0] = await open()
    tabs[1] = await open()
  }
  for (const one of steps) {
    const [session, expected] = tabs[one.tab]!
    switch (one.do) {
      case 'set':
        session.set(one.name, one.value)
        expected.entries.set(one.name, one.value)
        break
      case 'flash':
        session.flash(one.name, one.value)
        expected.entries.set(flashName(one.name), one.value)
        break
      case 'unset':
        session.unset(one.name)
        expected.entries.delete(one.name)
        break
      case 'get':
        assert.deepEqual(session.get(one.name), model.get(expected, one.name))
        break
      case 'has': {
        const { entries } = expected
        assert.equal(
          session.has(one.name),
          entries.has(one.name) || entries.has(flashName(one.name)),
        )
        break
      }
      case 'commit':
        if (model.commit(expected) === ended && held.get(expected) === textOf(expected)) {
          model.cookie = null
          cookie = sentBack(await storage.commitSession(session))
        } else if (model.commit(expected) === ended) {
          await assert.rejects(storage.commitSession(session), { code: 'ERR_SESSION_DESTROYED' })
        } else {
          cookie = sentBack(await storage.commitSession(session))
        }
        break
      case 'destroy':
        model.destroy(expected)
        held.set(expected, textOf(expected))
        cookie = sentBack(await storage.destroySession(session))
        break
      case 'open':
        tabs[one.tab] = await open()
        break
    }
    const [now, then] = tabs[one.tab]!
    assert.deepEqual(entriesOf(now.data), sorted(then.entries))
    assert.equal(cookie === null, model.cookie === null)
  }
  const [last, expected] = await open()
  assert.deepEqual(entriesOf(last.data), sorted(expected.entries))
  assert.equal(last.id !== '', expected.record !== undefined)
}

function entriesOf(data: SessionData): [string, unknown][] {
  return sorted(new Map(Object.entries(data)))
}

function sorted(entries: Map<string, unknown>): [string, unknown][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
}

describe('any sequence of calls, in two tabs of a browser,', () => {
  for (const { name: kind, keepsOnServer, create } of kinds) {
    it(`shows what a plain model of the API shows (${kind})`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.boolean(), steps, async (isStored, taken) => {
          await play(create(), new Model(keepsOnServer), isStored, taken)
        }),
        { numRuns: shareOf(kind === 'file' ? 100 : 500) },
      )
    })
  }
})
