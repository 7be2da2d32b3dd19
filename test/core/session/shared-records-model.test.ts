/*
 * What comes again is not parsed again, and what nobody has asked for neither parsed nor printed. Random requests must be stored as if it were: whatever the app does to
 * objects, before a save and after it, is in the store if it was done before, and nothing else is.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSessionStorage, type Session, type SessionStorage } from 'coatcheck'
import { createCookieSessionStorage } from 'coatcheck/cookie-storage'
import { createMemoryStore } from 'coatcheck/memory-storage'
import { shareOf } from '../../random-cases.ts'
import { Random } from '../../simulation/random.ts'

type Values = Record<string, unknown>
type Basket = { items: string[] }

const courses = shareOf(120)
const requests = 25
const keys = ['cart', 'count', 'name "\\', 'prefs', 'seen'] as const

interface Place {
  storage: SessionStorage
  /** One that has seen nothing of it. */
  another(): SessionStorage
  hasConflicts: boolean
}

const places: Record<string, () => Place> = {
  'in cookie storage': () => ({
    storage: createCookieSessionStorage(),
    another: () => createCookieSessionStorage(),
    hasConflicts: false,
  }),
  'on a store': () => {
    const store = createMemoryStore()
    const another = () => createSessionStorage(store)
    return { storage: another(), another, hasConflicts: true }
  },
}

/** The same values, none of which is the same object as another one. */
function asStored(values: Values): Values {
  return JSON.parse(JSON.stringify(values)) as Values
}

/** One request and what should be stored after it. */
class Visit {
  readonly session: Session
  /** Objects that are in the session and in the app's hands. */
  readonly held = new Map<string, Basket>()
  readonly expected: Values

  constructor(session: Session, before: Values) {
    this.session = session
    this.expected = asStored(before)
  }

  act(random: Random): void {
    const { session, held, expected } = this
    const key = random.pick(keys)
    const what = random.weighed({
      get: 4,
      change: 4,
      text: 3,
      object: 2,
      again: 1,
      update: 1,
      unset: 1,
      empty: 0.2,
      flash: 1,
    })
    if (what === 'get') {
      const value = session.get(key)
      assert.deepEqual(value, held.has(key) ? held.get(key) : expected[key])
      if (typeof value === 'object') held.set(key, value as Basket)
    } else if (what === 'change') {
      const object = held.get(key)
      if (random.percent(50)) object?.items.push(`item ${random.below(1000)}`)
      else object?.items.shift()
    } else if (what === 'text') {
      this.#set(key, `a "text\\" {of: [some, ${random.below(1000)} `.repeat(random.below(20)))
    } else if (what === 'object') {
      this.#set(key, { items: [`new ${random.below(1000)}`, 'x'.repeat(random.below(400))] })
    } else if (what === 'again') {
      const object = random.pick([...held.values(), undefined])
      if (object !== undefined) this.#set(key, object)
    } else if (what === 'update') {
      held.delete(key)
      const text = `updated ${random.below(1000)}`
      session.update(key, () => text)
      expected[key] = text
    } else if (what === 'flash') {
      // A record with messages is not kept.
      session.flash('message', 'Saved')
    } else if (what === 'unset') {
      session.unset(key)
      held.delete(key)
      delete expected[key]
    } else {
      for (const one of keys) session.unset(one)
      held.clear()
      for (const one of keys) delete expected[one]
    }
  }

  #set(key: string, value: string | Basket): void {
    this.session.set(key, value)
    if (typeof value === 'string') {
      this.held.delete(key)
      this.expected[key] = value
    } else this.held.set(key, value)
  }

  /** What a save stores now. */
  get outcome(): Values {
    return asStored({ ...this.expected, ...Object.fromEntries(this.held) })
  }
}

for (const [name, make] of Object.entries(places)) {
  describe(`random requests of one visitor ${name}`, () => {
    it('store what they did, and nothing that was done later', async () => {
      for (let n = 0; n < courses; n++) await course(make(), new Random(`${name} ${n}`))
    })
  })
}

async function course({ storage, another, hasConflicts }: Place, random: Random): Promise<void> {
  const first = await storage.read(null)
  let stored: Values = { count: 'none', pad: 'p'.repeat(300), cart: { items: ['book'] } }
  for (const [key, value] of Object.entries(stored)) first.set(key, value)
  let value = (await storage.save(first))!
  for (let n = 0; n < requests; n++) {
    for (let again = random.below(3); again > 0; again--) {
      assert.deepEqual((await storage.read(value)).data[0], stored)
    }
    const isSeen = random.percent(60)
    const visit = new Visit(await (isSeen ? storage : another()).read(value), stored)
    const rival = hasConflicts && random.percent(20) ? await storage.read(value) : undefined
    for (let left = random.below(6); left > 0; left--) {
      visit.act(random)
      if (rival === undefined && random.percent(10)) {
        value = (await storage.save(visit.session)) ?? value
      }
    }
    if (rival !== undefined) {
      rival.set('rival', n)
      await storage.save(rival)
      visit.expected['rival'] = n
    }
    value = (await storage.save(visit.session)) ?? value
    stored = visit.outcome
    // What the app does to its objects now is too late.
    for (const object of visit.held.values()) object.items.push('never saved')
    assert.deepEqual((await another().read(value)).data[0], stored)
  }
}
