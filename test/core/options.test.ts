import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createSession, type Session } from 'coatcheck'
import { createCookie } from 'coatcheck/cookie'
import { made, type Maker, type Options, secrets } from './options/maker.ts'
import { makers } from './options/makers.ts'

async function refuses({ make }: Maker, options: unknown, message = /./): Promise<void> {
  const error = { code: 'ERR_SESSION_CONFIG', message }
  await assert.rejects(async () => make(options as never), error, JSON.stringify(options))
}

function neededOf({ good, needed = [] }: Maker): Options {
  return Object.fromEntries(needed.map((key) => [key, good[key]]))
}

/** Values of another kind than this one. */
function otherThan(value: unknown): unknown[] {
  const others: Record<string, unknown[]> = {
    boolean: [0, 'false'],
    number: ['5', true],
    string: [5, {}],
  }
  return [null, ...(others[typeof value] ?? [5, 'x'])]
}

/** Runs it while every object inherits this, as some library does, or an attack. */
async function withInherited(key: string, value: unknown, run: () => unknown): Promise<void> {
  // oxlint-disable-next-line no-extend-native -- see above
  Object.defineProperty(Object.prototype, key, { value, configurable: true })
  try {
    await run()
  } finally {
    delete (Object.prototype as Options)[key]
  }
}

for (const [name, maker] of Object.entries(makers)) {
  const { make, good, nullable = [], ignored = [], readByOthers = [], mistakes, wrong = [] } = maker
  const needed = neededOf(maker)

  describe(`The options of ${name}`, () => {
    it('may each be given', async () => {
      for (const [key, value] of Object.entries(good)) {
        await make({ ...needed, [key]: value } as never)
      }
    })

    it('may be undefined, each of them', async () => {
      const all = Object.keys(good).map((key) => [key, undefined])
      await make({ ...Object.fromEntries(all), ...needed } as never)
    })

    for (const [wrote, meant] of Object.entries(mistakes)) {
      it(`have no "${wrote}", and say that "${meant}" was meant`, async () => {
        const message = new RegExp(`"${wrote}".*"?${meant}"?`)
        await refuses(maker, { ...needed, [wrote]: 5 }, message)
        await refuses(maker, { ...needed, [wrote]: undefined }, message)
      })
    }

    it('have no option of an unheard-of name, and say which there are', async () => {
      const names = Object.keys(good).sort().join(', ')
      const listed = (error: Error) => {
        const [, text = ''] = /It has: (.*)$/.exec(error.message) ?? []
        assert.equal(text.split(', ').sort().join(', '), names)
        return true
      }
      for (const key of ['xyzzy-plugh', '__proto__', 'constructor', 'toString']) {
        const options = { ...needed, ...JSON.parse('{}') }
        Object.defineProperty(options, key, { value: 1, enumerable: true })
        await assert.rejects(async () => make(options as never), listed, key)
      }
    })

    for (const [key, value] of Object.entries(good)) {
      if (ignored.includes(key)) continue
      it(`are of the kind that they must be: ${key}`, async () => {
        for (const other of otherThan(value)) {
          if (other === null && nullable.includes(key)) continue
          await refuses(maker, { ...needed, [key]: other })
        }
      })
    }

    for (const key of Object.keys(good).filter((one) => Object.hasOwn(made, one))) {
      it(`are what its own function made, and nothing like it: ${key}`, async () => {
        const { [key]: own, ...others } = made
        const copy = { ...(own as object) }
        const message = new RegExp(`option ${key} must be made by create\\w+\\(\\)`)
        for (const other of [{}, () => {}, copy, ...Object.values(others)]) {
          await refuses(maker, { ...needed, [key]: other }, message)
        }
      })
    }

    it('are not wrong in other ways', async () => {
      for (const options of wrong) await refuses(maker, { ...needed, ...options })
    })

    it('are an object', async () => {
      for (const options of [null, 5, [], () => {}]) await refuses(maker, options)
    })

    it('are their own, and not what every object inherits', async () => {
      for (const key of [...Object.keys(good), ...Object.keys(mistakes)]) {
        if (key in needed || readByOthers.includes(key)) continue
        for (const value of ['x', 1e9]) await withInherited(key, value, () => make(needed as never))
      }
    })
  })
}

describe('The attributes that serialize and clear take', () => {
  const cookie = createCookie('session', { secrets })

  it('are checked as the cookie’s own', () => {
    for (const attributes of [{ secret: 'x' }, { httpOnly: 0 }, { maxage: 5 }]) {
      const error = { code: 'ERR_SESSION_CONFIG' }
      assert.throws(() => cookie.serialize('x', attributes as never), error)
      assert.throws(() => cookie.clear(attributes as never), error)
    }
  })
})

describe('A session that is made without a storage', () => {
  it('lives for as long as is usual, whatever every object inherits', async () => {
    const usual = createSession()
    for (const key of ['idleTimeout', 'absoluteTimeout', 'anonymousTimeout', 'regenerateGrace']) {
      await withInherited(key, 5, () => {
        const session = createSession()
        const lives = (one: Session) => Math.round((one.expiresAt - one.createdAt) / 1000)
        assert.equal(lives(session), lives(usual), key)
      })
    }
  })
})
