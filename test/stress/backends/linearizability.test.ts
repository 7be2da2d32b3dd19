import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkLinearizability, type Model, type Operation } from './linearizability.ts'
import { recordModel, type RecordAction, type RecordOperation } from './record-model.ts'

type Register = Operation & ({ writes: number } | { reads: number })

const register: Model<number, Register> = {
  start: 0,
  step(state, operation) {
    if ('writes' in operation) return operation.writes
    return operation.reads === state ? state : undefined
  },
  nameOf: String,
}

const isRegister = (...operations: Register[]) =>
  checkLinearizability(operations, register).isLinearizable

describe('checkLinearizability', () => {
  it('takes a history of one operation after the other for what it is', () => {
    assert.ok(isRegister())
    assert.ok(isRegister({ begin: 0, end: 1, writes: 1 }, { begin: 2, end: 3, reads: 1 }))
    assert.ok(!isRegister({ begin: 0, end: 1, writes: 1 }, { begin: 2, end: 3, reads: 0 }))
  })

  it('lets those that overlap happen in either order', () => {
    const write = { begin: 0, end: 9, writes: 1 }
    assert.ok(isRegister(write, { begin: 1, end: 2, reads: 0 }, { begin: 3, end: 4, reads: 1 }))
    assert.ok(isRegister(write, { begin: 9, end: 10, reads: 0 }))
  })

  it('finds a read of what a read before it has seen replaced', () => {
    const write = { begin: 0, end: 9, writes: 1 }
    assert.ok(!isRegister(write, { begin: 1, end: 2, reads: 1 }, { begin: 3, end: 4, reads: 0 }))
  })

  it('finds that two orders contradict each other', () => {
    const writes = [
      { begin: 0, end: 9, writes: 1 },
      { begin: 0, end: 9, writes: 2 },
    ]
    const first = [
      { begin: 1, end: 2, reads: 1 },
      { begin: 3, end: 4, reads: 2 },
    ]
    assert.ok(isRegister(...writes, ...first))
    assert.ok(!isRegister(...writes, ...first, { begin: 5, end: 6, reads: 1 }))
  })

  it('lets what nobody was told the end of happen late, or never, and not before it began', () => {
    const write = { begin: 5, end: Infinity, writes: 1 }
    assert.ok(isRegister(write, { begin: 90, end: 91, reads: 0 }))
    assert.ok(isRegister(write, { begin: 90, end: 91, reads: 0 }, { begin: 92, end: 93, reads: 1 }))
    assert.ok(
      !isRegister(write, { begin: 90, end: 91, reads: 1 }, { begin: 92, end: 93, reads: 0 }),
    )
    assert.ok(!isRegister(write, { begin: 0, end: 1, reads: 1 }))
  })

  it('says which operation cannot be explained', () => {
    const good = { begin: 0, end: 1, writes: 1 }
    const bad = { begin: 2, end: 3, reads: 7 }
    const verdict = checkLinearizability([good, bad, { begin: 4, end: 5, reads: 1 }], register)
    assert.deepEqual(verdict, { isLinearizable: false, stuck: bad, after: [good] })
  })

  it('does not try all the orders of many that overlap', { timeout: 10_000 }, () => {
    const writes = Array.from({ length: 12 }, (_, n) => ({ begin: n, end: 100, writes: n + 1 }))
    assert.ok(!isRegister(...writes, { begin: 101, end: 102, reads: 99 }))
  })

  it('agrees with trying all orders, for many small histories', () => {
    const many = smallHistories(2000)
    const verdicts = many.map((operations) => isRegister(...operations))
    assert.deepEqual(
      verdicts,
      many.map((operations) => canBeOrdered(operations)),
    )
    assert.ok(verdicts.filter(Boolean).length > 200 && verdicts.filter((one) => !one).length > 200)
  })
})

/** From a simple generator, so that they are the same each time. */
function smallHistories(count: number): Register[][] {
  let seed = 1
  const below = (end: number) => (seed = (seed * 48_271) % 2_147_483_647) % end
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + below(4) }, () => {
      const begin = below(10)
      const isKnown = below(5) > 0
      const end = isKnown ? begin + below(6) : Infinity
      return isKnown && below(2) === 0
        ? { begin, end, reads: below(3) }
        : { begin, end, writes: below(3) }
    }),
  )
}

function canBeOrdered(left: readonly Register[], state = 0): boolean {
  if (left.every(({ end }) => end === Infinity)) return true
  return left.some((next) => {
    if (left.some((other) => other !== next && other.end < next.begin)) return false
    const after = register.step(state, next)
    const others = left.filter((other) => other !== next)
    if (next.end === Infinity && canBeOrdered(others, state)) return true
    return after !== undefined && canBeOrdered(others, after)
  })
}

const never = 1e9
const create = (name: string, done = true): RecordAction => ({
  type: 'write',
  name,
  expiresAt: never,
  done,
})
const replace = (replaces: string, name: string, done = true): RecordAction => ({
  type: 'write',
  name,
  replaces,
  expiresAt: never,
  done,
})
const read = (found?: string): RecordAction => ({ type: 'read', found })
const remove: RecordAction = { type: 'delete' }

/** One action after the other; `[action, begin, end]` says when. */
function isRecord(...actions: (RecordAction | [RecordAction, number, number])[]): boolean {
  const operations = actions.map((entry, n): RecordOperation => {
    const [action, begin, end] = Array.isArray(entry) ? entry : [entry, 10 * n, 10 * n + 5]
    return { action, begin, end, clock: [begin, end] }
  })
  return checkLinearizability(operations, recordModel(0)).isLinearizable
}

describe('the model of a record', () => {
  it('is absent, then there in one version after the other', () => {
    assert.ok(isRecord(read(), create('a'), read('a'), replace('a', 'b'), read('b')))
    assert.ok(!isRecord(read('a')))
    assert.ok(!isRecord(create('a'), read()))
    assert.ok(!isRecord(create('a'), replace('a', 'b'), read('a')))
  })

  it('lets one of several write in the place of a version', () => {
    const one: [RecordAction, number, number] = [replace('a', 'b'), 10, 20]
    assert.ok(isRecord(create('a'), one, [replace('a', 'c', false), 10, 20]))
    assert.ok(!isRecord(create('a'), one, [replace('a', 'c'), 10, 20]))
    assert.ok(!isRecord(create('a'), [replace('a', 'b', false), 10, 20]))
  })

  it('is made once', () => {
    assert.ok(isRecord(create('a'), create('b', false)))
    assert.ok(!isRecord(create('a'), create('b')))
    assert.ok(!isRecord(create('a', false)))
  })

  it('is not read after its deletion was acknowledged', () => {
    assert.ok(isRecord(create('a'), remove, read()))
    assert.ok(isRecord(create('a'), [remove, 10, 30], [read('a'), 10, 20]))
    assert.ok(!isRecord(create('a'), remove, read('a')))
    assert.ok(!isRecord(create('a'), [remove, 10, 30], [read(), 11, 12], [read('a'), 13, 14]))
  })

  it('is not written after its deletion was acknowledged, and found to be away', () => {
    assert.ok(isRecord(create('a'), remove, replace('a', 'b', false)))
    assert.ok(!isRecord(create('a'), remove, replace('a', 'b')))
    assert.ok(
      !isRecord(create('a'), remove, [replace('a', 'b'), 30, Infinity], [read('b'), 40, 45]),
    )
  })

  it('may be deleted by what failed, late or never', () => {
    const failed: [RecordAction, number, number] = [remove, 10, Infinity]
    assert.ok(isRecord(create('a'), failed, read('a')))
    assert.ok(isRecord(create('a'), failed, read('a'), read()))
    assert.ok(!isRecord(create('a'), failed, read(), read('a')))
  })

  it('may be lost with its server, and does not come back', () => {
    const lost: [RecordAction, number, number] = [{ type: 'lose' }, 10, 30]
    assert.ok(isRecord(create('a'), lost, [read('a'), 11, 12], [read(), 13, 14]))
    assert.ok(!isRecord(create('a'), lost, [read('a'), 31, 32]))
    assert.ok(!isRecord(create('a'), lost, [replace('a', 'b'), 31, 32]))
  })

  it('is there until it expires, and not longer', () => {
    const brief: RecordAction = { type: 'write', name: 'a', expiresAt: 100, done: true }
    const at = (begin: number, action: RecordAction): [RecordAction, number, number] => [
      action,
      begin,
      begin + 5,
    ]
    assert.ok(isRecord(brief, at(90, read('a')), at(98, read()), at(100, read())))
    assert.ok(!isRecord(brief, at(90, read())))
    assert.ok(!isRecord(brief, at(100, read('a'))))
    assert.ok(!isRecord(brief, at(100, replace('a', 'b'))))
    assert.ok(isRecord(brief, at(100, create('b')), at(110, read('b'))))
    assert.ok(!isRecord(brief, at(90, create('b'))))
  })
})
